import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { connect, ConnectionError, supervise } from "../../mod.ts";
import { connectWeb, superviseWeb } from "../../src/web.ts";
import { credentialOf } from "../../transports/websocket_protocol.ts";
import { test } from "../harness.ts";
import { TOKEN, withProxy } from "../proxy/proxies.ts";
import { type Bridge, startBridge } from "./bridge.ts";

const WAYS = { connect, connectWeb } as const;
const SUPERVISED = { supervise, superviseWeb } as const;

/** What the latest connection has shown. */
function shown(bridge: Bridge) {
  return credentialOf(bridge.accepted.at(-1)!.offered);
}

for (const [name, open] of Object.entries(WAYS)) {
  test(`credentials, ${name}: a ticket or a token, as a text or as a function`, async () => {
    await using bridge = await startBridge();
    const uri = `${bridge.url}?ticket=of%20the%20URI`;
    for (
      const [options, expected] of [
        [{}, { ticket: "of the URI", token: undefined }],
        [{ ticket: "given" }, { ticket: "given", token: undefined }],
        [{ ticket: () => "made" }, { ticket: "made", token: undefined }],
        [{ ticket: () => Promise.resolve("asked for") }, { ticket: "asked for", token: undefined }],
        [{ token: "é 😀" }, { ticket: "of the URI", token: "é 😀" }],
        [{ token: () => "made" }, { ticket: "of the URI", token: "made" }],
      ] as const
    ) {
      await using _ = await open(uri, options);
      assertEquals(shown(bridge), expected);
    }
    const { host } = new URL(bridge.url);
    await using _ = await open(`test+ws://${host}/default?target=target`, { token: "named" });
    assertEquals(shown(bridge), { ticket: undefined, token: "named" });
  });

  test(`credentials, ${name}: a function is asked for each connection`, async () => {
    await using bridge = await startBridge();
    let issued = 0;
    await using conn = await open(bridge.url, { ticket: () => `${++issued}` });
    const another = await conn.session.openAnother!();
    await another.close();
    assertEquals([issued, bridge.tickets()], [2, ["1", "2"]]);
  });

  test(`credentials, ${name}: a function that fails is the reason`, async () => {
    await using bridge = await startBridge();
    const refused = new Error("nobody is logged in");
    for (
      const ticket of [() => Promise.reject(refused), () => {
        throw refused;
      }]
    ) {
      assertEquals(await open(bridge.url, { ticket }).catch((error) => error), refused);
    }
    assertEquals(bridge.accepted.length, 0);
  });

  test(`credentials, ${name}: signal and timeout end the waiting for a function`, async () => {
    await using bridge = await startBridge();
    let given: AbortSignal | undefined;
    const ticket = ({ signal }: { signal: AbortSignal | undefined }) => {
      given = signal;
      return new Promise<string>(() => {});
    };
    const late = await assertRejects(() => open(bridge.url, { ticket, timeout: 20 })) as Error;
    assertEquals([late.name, given?.aborted], ["TimeoutError", true]);

    const controller = new AbortController();
    const opening = open(bridge.url, { ticket, signal: controller.signal });
    const reason = new Error("no longer");
    controller.abort(reason);
    assertEquals(await opening.catch((error) => error), reason);
    assertEquals(given?.reason, reason);
    assertEquals(bridge.accepted.length, 0);
  });
}

for (const [name, open] of Object.entries(SUPERVISED)) {
  test(`credentials, ${name}: a function is asked for each attempt`, async () => {
    await using bridge = await startBridge();
    let issued = 0;
    await using conn = await open(bridge.url, {
      ticket: () => `${++issued}`,
      token: "stays",
      reconnect: { delay: 1 },
    });
    const states = conn.states();
    bridge.accepted[0]!.socket.close(1001);
    for await (const { state } of states) if (state === "connected") break;
    assertEquals(bridge.tickets(), ["1", "2"]);
    assertEquals(shown(bridge).token, "stays");
  });
}

test("credentials: other transports ask for none", async () => {
  const never = () => {
    throw new Error("it was asked");
  };
  await using conn = await connect("test:///default", { ticket: never, token: never });
  assertEquals(await conn.getType(), "TEST");
});

test("credentials: a real proxy takes a token as often as it is shown, a ticket once", () =>
  withProxy({}, async ({ url, get, log }) => {
    const ticket = async () => {
      const { ticket }: { ticket: string } =
        await (await get("/ticket?target=demo", { method: "POST" })).json();
      return ticket;
    };
    for (const open of Object.values(WAYS)) {
      for (const options of [{ token: TOKEN }, { token: () => TOKEN }, { ticket }]) {
        for (let times = 0; times < 2; times++) {
          await using conn = await open(`${url}/demo`, options);
          assertEquals(await conn.getType(), "TEST");
        }
      }
      const once = { ticket: await ticket() };
      await (await open(`${url}/demo`, once)).close();
      const error = await assertRejects(() => open(`${url}/demo`, once), ConnectionError);
      assertStringIncludes(error.message, "Cannot connect to ");
    }
    // Node's own WebSocket asks a second time when it is answered 401
    const refused = log.filter(({ event }) => event === "refused").map(({ reason }) => reason);
    assert(refused.length >= 2 && new Set(refused).size === 1, `${refused}`);
  }));

test("credentials: a proxy before a proxy", () =>
  withProxy({}, ({ url }) =>
    withProxy(
      { targets: { demo: { uri: `${url}/demo`, connect: { token: () => TOKEN } } } },
      async ({ uri }) => {
        await using conn = await connect(uri("demo"));
        assertEquals(await conn.getType(), "TEST");
      },
    )));
