import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionError } from "../../src/errors.ts";
import { Session } from "../../src/session/session.ts";
import type { ByteDuplex } from "../../src/transport.ts";
import { dialDefault } from "../../transports/default.ts";
import { runtime, test } from "../harness.ts";
import { fs, runChild, withTempDir } from "../transports/host.ts";
import { echo } from "./calls.ts";

// Where a peer answers and hangs up, our next write fails: the answer must not be lost with it.
test(
  "closing: an answer is read although the peer hangs up before our next write",
  () =>
    withTempDir(async (dir) => {
      const path = `${dir}/curt`;
      const child = runChild(new URL("./curt_child.ts", import.meta.url), [path]);
      let ended = false;
      child.then(() => ended = true);
      // the socket is there a moment before anybody listens on it
      let duplex: ByteDuplex | undefined;
      while (duplex === undefined && !ended) {
        duplex = await dialDefault({ kind: "unix", path }).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const session = new Session(duplex!);
      const first = session.call(echo, "first");
      await Promise.resolve(); // its packet leaves now, before this thread stands still
      // until the child has gone, and with it the other end; nothing of this process runs meanwhile
      while (fs.existsSync(path));
      const second = assertRejects(() => session.call(echo, "second"), ConnectionError);
      assertEquals(await first, "the answer");
      await second;
      await session.closed;
      assertEquals((await child).code, 0);
    }),
  { skip: runtime === "node" && "node:net drops what it has not read when a write fails" },
);
