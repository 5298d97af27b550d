import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ConnectionError, UnsupportedError } from "../../src/errors.ts";
import type { ByteDuplex } from "../../src/transport.ts";
import { dialDefault } from "../../transports/default.ts";
import { listenTcp } from "../../transports/listen.ts";
import { dialWebSocket, type WebSocketConstructor } from "../../transports/websocket.ts";
import { isOrderlyEnd } from "../../transports/websocket_failure.ts";
import {
  credentialOf,
  offeredSubprotocols,
  PAUSE,
  PAUSING_SUBPROTOCOL,
  RESUME,
  SUBPROTOCOL,
} from "../../transports/websocket_protocol.ts";
import { runtime, test } from "../harness.ts";
import { bytesAt, readOnce, readToEnd, writeBytes, writeOnce } from "./bytes.ts";
import { release } from "./pairs.ts";
import { type Accepted, serveWebSockets } from "./websocket_server.ts";

const MIB = 1024 * 1024;

/** The platform's own WebSocket, and what a program without options gets. */
const DIALERS = [["platform", dialWebSocket], ["default", dialDefault]] as const;

/** Runs `use` with a client and the server's end of it. */
async function withAccepted(
  use: (client: ByteDuplex, accepted: Accepted) => Promise<void>,
  dial: (url: string) => Promise<ByteDuplex> = (url) => dialWebSocket({ kind: "websocket", url }),
  select: string = SUBPROTOCOL,
): Promise<void> {
  const arrived = Promise.withResolvers<Accepted>();
  await using server = await serveWebSockets({ select, accepted: arrived.resolve });
  const client = await dial(`${server.url}/target`);
  try {
    await use(client, await arrived.promise);
  } finally {
    await release(client);
  }
}

/** One that cannot stop reading, as the standard has it; Bun's can. */
const STANDARD = class extends WebSocket {
  readonly pause = undefined;
  readonly resume = undefined;
} as unknown as WebSocketConstructor;

function dialStandard(url: string): Promise<ByteDuplex> {
  return dialWebSocket({ kind: "websocket", url }, { webSocket: STANDARD });
}

/** Messages that a server gets, to be taken one after the other. */
function messagesOf({ socket }: Accepted): () => Promise<string | Uint8Array> {
  const come: (string | Uint8Array)[] = [];
  let wake: (() => void) | undefined;
  socket.on("message", (data: Uint8Array, binary: boolean) => {
    come.push(binary ? data : new TextDecoder().decode(data));
    wake?.();
  });
  return async () => {
    while (come.length === 0) await new Promise<void>((resolve) => wake = resolve);
    return come.shift()!;
  };
}

for (const [name, dial] of DIALERS) {
  const failing = async (path: string): Promise<ConnectionError> => {
    await using server = await serveWebSockets({ accepted: ({ socket }) => socket.close() });
    const url = `${server.url}${path}`;
    const error = await assertRejects(() => dial({ kind: "websocket", url }), ConnectionError);
    assertStringIncludes(error.message, `Cannot connect to ${url}: `);
    assertEquals(error.reason, "error");
    return error;
  };
  // Node's own WebSocket and browsers do not tell why.
  const silent = name === "platform" && runtime === "node";

  for (
    const [status, words] of [
      [401, "HTTP status 401: the server wants to know who asks; give a ticket or a token"],
      [403, "HTTP status 403: the server does not let this client in; check the token or ticket"],
      [404, "HTTP status 404: there is no such target; check its name"],
      [503, "HTTP status 503: the server takes no more connections now; try again later"],
      [418, "HTTP status 418: no WebSocket is to be had there"],
    ] as const
  ) {
    test(`websocket, ${name}: the handshake is answered ${status}`, async () => {
      const { message } = await failing(`/status/${status}`);
      assertStringIncludes(
        message,
        silent ? "the handshake failed, and it is not told why" : words,
      );
    });
  }

  test(`websocket, ${name}: the server hangs up in the handshake`, async () => {
    await failing("/hang-up");
  });

  test(`websocket, ${name}: the server selects no subprotocol`, async () => {
    await failing("/no-subprotocol");
  });

  test(`websocket, ${name}: nobody listens`, async () => {
    const server = await serveWebSockets({ accepted: () => {} });
    await server.close();
    const error = await assertRejects(
      () => dial({ kind: "websocket", url: server.url }),
      ConnectionError,
    );
    assertStringIncludes(error.message, `Cannot connect to ${server.url}/: `);
  });

  test(`websocket, ${name}: abort while the server is silent`, async () => {
    await using server = await serveWebSockets({ accepted: () => {} });
    const reason = new Error("enough");
    const controller = new AbortController();
    const dialing = dial(
      { kind: "websocket", url: `${server.url}/silence` },
      { signal: controller.signal },
    );
    setTimeout(() => controller.abort(reason), 20);
    assertEquals(await assertRejects(() => dialing), reason);
    const late = dial({ kind: "websocket", url: `${server.url}/x` }, { signal: controller.signal });
    assertEquals(await assertRejects(() => late), reason);
  });

  for (
    const [code, reason, words] of [
      [1001, "", "the server is going away (1001)"],
      [1008, "not this procedure", "the server's policy forbids it (1008): not this procedure"],
      [1011, "", "the server met an error (1011)"],
      [1013, "", "the server is overloaded; try again later (1013)"],
      [4001, "own", "the server closed it (4001): own"],
    ] as const
  ) {
    test(`websocket, ${name}: the server closes with ${code}`, () =>
      withAccepted(async (client, { socket }) => {
        socket.send(bytesAt(0, 3));
        socket.close(code, reason);
        // what came before can still be read
        assertEquals(await readOnce(client.readable), bytesAt(0, 3));
        const error = await assertRejects(() => readOnce(client.readable), ConnectionError);
        assertEquals(error.message, `The connection to ${client.label} failed: ${words}`);
        assertEquals(error.reason, "error");
      }, (url) => dial({ kind: "websocket", url })));
  }

  test(`websocket, ${name}: the server closes in order`, () =>
    withAccepted(async (client, { socket }) => {
      socket.close(1000);
      assertEquals(await readOnce(client.readable), undefined);
      const error = await assertRejects(
        () => writeOnce(client.writable, bytesAt(0, 1)),
        ConnectionError,
      );
      assertEquals(error.reason, "eof");
    }, (url) => dial({ kind: "websocket", url })));

  test(`websocket, ${name}: the connection breaks in the middle of a frame`, () =>
    withAccepted(async (client, { raw }) => {
      // the head of a binary frame of 100 bytes, and no more
      (raw as unknown as { write(bytes: Uint8Array): void }).write(new Uint8Array([0x82, 100, 1]));
      raw.destroy();
      const error = await assertRejects(() => readToEnd(client.readable), ConnectionError);
      assertMatch(error.message, /it broke off, without a word from the server \(1006\)$/);
    }, (url) => dial({ kind: "websocket", url })));

  test(`websocket, ${name}: a text frame`, () =>
    withAccepted(async (client, { socket }) => {
      const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
      socket.send("hello");
      const error = await assertRejects(() => readOnce(client.readable), ConnectionError);
      assertStringIncludes(
        error.message,
        "the server sent text, where libvirt's packets are binary",
      );
      await closed;
    }, (url) => dial({ kind: "websocket", url })));
}

test("websocket: large writes go in frames of 256 KiB at most", () =>
  withAccepted(async (client, accepted) => {
    const sizes: number[] = [];
    const done = new Promise<void>((resolve) => {
      let total = 0;
      accepted.socket.on("message", (data: Uint8Array) => {
        sizes.push(data.byteLength);
        if ((total += data.byteLength) === 3 * MIB + 1) resolve();
      });
    });
    await writeOnce(client.writable, new Uint8Array(3 * MIB + 1));
    await done;
    assertEquals(sizes, [...Array(12).fill(256 * 1024), 1]);
  }));

test(
  "websocket: a slow reader pauses a server that knows to, and nothing is lost",
  () =>
    withAccepted(
      async (client, accepted) => {
        const next = messagesOf(accepted);
        const chunk = bytesAt(0, 65_521);
        for (let i = 0; i < 64; i++) accepted.socket.send(chunk);
        assertEquals(await next(), PAUSE);
        const reader = client.readable.getReader();
        for (let read = 0; read < 64 * chunk.byteLength;) {
          read += (await reader.read()).value!.byteLength;
        }
        reader.releaseLock();
        assertEquals(await next(), RESUME);
      },
      dialStandard,
      PAUSING_SUBPROTOCOL,
    ),
);

test("websocket: a server that cannot be paused is given up beyond 64 MiB", () =>
  withAccepted(async (client, { socket }) => {
    const chunk = new Uint8Array(MIB);
    let sent = 0;
    function send(): void {
      if (socket.readyState === 1 && sent++ < 128) socket.send(chunk, send);
    }
    send();
    await new Promise<void>((resolve) => socket.on("close", () => resolve()));
    const error = await assertRejects(() => readToEnd(client.readable), ConnectionError);
    assertStringIncludes(error.message, "the server sends faster than it is read");
    assert(sent > 64 && sent < 128, `${sent} MiB`);
  }, dialStandard));

test(
  "websocket: one that can stop reading stops, whatever the server knows",
  () =>
    withAccepted(async (client, { socket }) => {
      const chunk = new Uint8Array(MIB);
      let left = 128;
      let last = 0;
      function send(): void {
        last = performance.now();
        if (left-- > 0) socket.send(chunk, send);
      }
      send();
      while (performance.now() - last < 200) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert(left > 64, `${left} MiB were left`);
      const reader = client.readable.getReader();
      for (let read = 0; read < 128 * MIB;) read += (await reader.read()).value!.byteLength;
      reader.releaseLock();
    }, (url) => dialDefault({ kind: "websocket", url })),
  {
    skip: runtime === "deno" && "Deno's own WebSocket cannot",
  },
);

test("websocket: a ticket or a token goes as a subprotocol", () =>
  withAccepted(
    (client, { offered }) => {
      assertEquals(offered, [
        "virtwire.v1",
        "virtwire.v1.pause",
        "virtwire.ticket.4pyTL2E",
        "virtwire.token.PDw_Pz4-",
      ]);
      assertEquals(credentialOf(offered), { ticket: "✓/a", token: "<<??>>" });
      assertEquals(client.label.includes("virtwire"), false);
      return Promise.resolve();
    },
    (url) => dialWebSocket({ kind: "websocket", url, ticket: "✓/a", token: "<<??>>" }),
  ));

test("websocket: credentials come out as they went in, or not at all", () => {
  for (const text of ["", "a", "ab", "abc", "=+/-_", "é✓😀", "x".repeat(500)]) {
    assertEquals(credentialOf(offeredSubprotocols({ token: text })).token, text);
    assertEquals(credentialOf(offeredSubprotocols({ ticket: text })).ticket, text);
  }
  for (const wrong of ["virtwire.token.a", "virtwire.token.a=b", "virtwire.token._w", "virtwire"]) {
    assertEquals(credentialOf([wrong]), { ticket: undefined, token: undefined });
  }
});

test("websocket: what is no URL of a WebSocket", async () => {
  for (const url of ["http://h/", "h", "", "wss//h"]) {
    await assertRejects(() => dialWebSocket({ kind: "websocket", url }), TypeError, url);
  }
});

test("websocket: wss is secure, and its failures are told", async () => {
  let asked: string[] = [];
  class Fake extends EventTarget {
    binaryType = "";
    protocol = SUBPROTOCOL;
    readyState = 1;
    bufferedAmount = 0;
    constructor(...args: [string, string[]]) {
      super();
      asked = [args[0], ...args[1]];
      queueMicrotask(() => this.dispatchEvent(new Event("open")));
    }
    send(): void {}
    close(): void {
      this.dispatchEvent(Object.assign(new Event("close"), { code: 1000, reason: "" }));
    }
  }
  const endpoint = { kind: "websocket", url: "wss://h.example/t?x=1" } as const;
  const webSocket = Fake as unknown as WebSocketConstructor;
  const duplex = await dialWebSocket(endpoint, { webSocket });
  assertEquals([duplex.secure, duplex.encrypted], [true, true]);
  assertEquals(duplex.label, "wss://h.example/t");
  assertEquals(asked, ["wss://h.example/t?x=1", "virtwire.v1", "virtwire.v1.pause"]);
  await duplex.readable.cancel();
});

test("websocket: where there is none", async () => {
  const global = globalThis as { WebSocket?: unknown };
  const { WebSocket: own } = global;
  delete global.WebSocket;
  try {
    const error = await assertRejects(
      () => dialWebSocket({ kind: "websocket", url: "ws://127.0.0.1:1/" }),
      UnsupportedError,
    );
    assertInstanceOf(error, UnsupportedError);
    assertStringIncludes(error.message, "there is no WebSocket here");
  } finally {
    Object.defineProperty(globalThis, "WebSocket", {
      value: own,
      writable: true,
      configurable: true,
    });
  }
});

test("websocket: the codes of an end in order", () => {
  assertEquals([1000, 1005, 1001, 1006, 0].map(isOrderlyEnd), [true, true, false, false, false]);
});

test("websocket: that nobody listens there is said alike on every runtime", async () => {
  const listener = await listenTcp("127.0.0.1", 0);
  const { endpoint } = listener;
  await listener.close();
  const port = endpoint.kind === "tcp" ? endpoint.port : 0;
  for (const scheme of ["ws", "wss"]) {
    const url = `${scheme}://127.0.0.1:${port}/t`;
    const error = await assertRejects(
      () => dialDefault({ kind: "websocket", url }),
      ConnectionError,
    );
    assertEquals(
      error.message,
      `Cannot connect to ${url}: connection refused; check that the proxy runs there, and its port`,
    );
  }
});

test("websocket: Deno's permission is named", async () => {
  const { pathname } = new URL("./websocket_child.ts", import.meta.url);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", pathname],
  }).output();
  assertEquals(
    new TextDecoder().decode(stdout),
    "Cannot connect to ws://127.0.0.1:9/t: it is not allowed; run again with " +
      "--allow-net=127.0.0.1:9\n",
  );
}, { skip: runtime !== "deno" && "only Deno has these permissions" });

test("websocket: bytes are in no hurry where the server does not read", () =>
  withAccepted(async (client, { socket }) => {
    socket.pause();
    let written = 0;
    const writing = writeBytes(client.writable, 32 * MIB).then(() => written = 32 * MIB);
    const first = await Promise.race([
      writing,
      new Promise((resolve) => setTimeout(() => resolve("waits"), 300)),
    ]);
    assertEquals(first, "waits");
    let read = 0;
    const all = new Promise<void>((resolve) => {
      socket.on("message", (data: Uint8Array) => {
        if ((read += data.byteLength) === 32 * MIB) resolve();
      });
    });
    socket.resume();
    await Promise.all([writing, all]);
    assertEquals(written, read);
  }));
