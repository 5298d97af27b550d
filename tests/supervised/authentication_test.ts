import { assertEquals, assertRejects } from "@std/assert";
import { connectWith } from "../../src/connect.ts";
import { NO_FACTS } from "../../src/endpoint.ts";
import { AuthError } from "../../src/errors.ts";
import { saslServerPlain } from "../../src/server/sasl_mechanisms.ts";
import { ServerSession } from "../../src/server/server.ts";
import { TestDriver } from "../../src/server/test_driver/hypervisor.ts";
import { superviseWith } from "../../src/supervised/connection.ts";
import { memoryPair } from "../../transports/memory.ts";
import { test } from "../harness.ts";
import { HandClock } from "./clients.ts";

test("supervised: each connection says anew who it is, and a refusal ends it", async () => {
  const driver = new TestDriver({ lifetime: "driver" });
  const servers: ServerSession[] = [];
  let password = "first";
  let asked = 0;
  const dial = () => {
    const [near, far] = memoryPair("the test's server");
    const sasl = { PLAIN: saslServerPlain((_, said) => said === password) };
    servers.push(new ServerSession(far, { driver, sasl }));
    return Promise.resolve(near);
  };
  const conn = await superviseWith(
    (options) => connectWith({ dial, facts: NO_FACTS }, "test:///default", options),
    {
      credentials: ({ kind }) => {
        asked++;
        return kind === "password" ? "first" : "me";
      },
    },
    new HandClock(),
  );
  assertEquals([await conn.getType(), asked], ["TEST", 2]);
  const session = conn.session;
  await servers.at(-1)!.close();
  while (conn.session === session) await conn.connected().then(() => Promise.resolve());
  assertEquals([await conn.getType(), asked], ["TEST", 4]);
  password = "another";
  await servers.at(-1)!.close();
  assertEquals(await conn.closed, "error");
  assertEquals(conn.closeError instanceof AuthError, true);
  await assertRejects(() => conn.getType());
  await conn.close();
  for (const server of servers) await server.closed;
});
