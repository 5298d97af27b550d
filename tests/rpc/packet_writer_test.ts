import { assertEquals } from "@std/assert";
import { domainLookupByName } from "../../gen/remote/domain.ts";
import { test } from "../harness.ts";
import { newClient, output, rawProcedure } from "./engines.ts";
import { call, concat, streamData, text } from "./frames.ts";

const PROC = 209;

for (const length of [1, 2, 3, 4, 5, 1023, 65_537]) {
  test(`packets: a call made right behind ${length} bytes of a stream is padded as its own`, () => {
    const client = newClient();
    const data = new Uint8Array(length).fill(7);
    const { serial } = client.sendCall(rawProcedure(PROC), new Uint8Array(0), undefined, true);
    const stream = client.stream(serial)!;
    client.sendData(stream, data);
    client.sendCall(domainLookupByName, { name: "odd" }, undefined);
    client.sendData(stream, data);
    client.sendCall(domainLookupByName, { name: "vm" }, undefined);
    assertEquals(
      output(client),
      concat(
        call(PROC, 1),
        streamData(PROC, 1, data),
        call(domainLookupByName.number, 2, text("odd")),
        streamData(PROC, 1, data),
        call(domainLookupByName.number, 3, text("vm")),
      ),
    );
  });
}
