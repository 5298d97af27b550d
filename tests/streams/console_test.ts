import { assertEquals, assertRejects } from "@std/assert";
import { connect, type DuplexStream, LibvirtError } from "../../mod.ts";
import { startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import { skipWithoutGuest, startGuest } from "./guest.ts";
import { open } from "./volumes.ts";

/** What a console prints, up to something that is waited for. */
class Terminal {
  #text = "";
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(console: DuplexStream) {
    this.#reader = console.readable
      .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
      .getReader();
    this.#writer = console.writable.getWriter();
  }

  /** Types a line. */
  type(line: string): Promise<void> {
    return this.#writer.write(new TextEncoder().encode(`${line}\r`));
  }

  /** What is printed up to this text, which is left out. */
  async until(text: string): Promise<string> {
    let at: number;
    let from = 0;
    while ((at = this.#text.indexOf(text, from)) < 0) {
      from = Math.max(0, this.#text.length - text.length);
      const { done, value } = await this.#reader.read();
      if (done) throw new Error(`The console ended before ${JSON.stringify(text)}`);
      this.#text += value;
    }
    const before = this.#text.slice(0, at);
    this.#text = this.#text.slice(at + text.length);
    return before;
  }

  /** Reads on to the end. */
  async end(): Promise<void> {
    while (!(await this.#reader.read()).done);
  }

  /** Resolves when nothing can be typed any more. */
  get writable(): Promise<void> {
    return this.#writer.closed as Promise<void>;
  }
}

for (const version of ["9", "12"] as const) {
  test(`libvirtd ${version}: a guest's console, without loss, and its screen`, async () => {
    await using daemon = await startDaemon(version);
    await using conn = await open(daemon);
    const domain = await startGuest(conn);
    const console = await domain.openConsole();
    const terminal = new Terminal(console);
    await terminal.until("guest# ");

    await terminal.type("echo $((6 * 7)) is the answer");
    await terminal.until("\r\n");
    assertEquals(await terminal.until("\r\n"), "42 is the answer");

    const { mimeType, body } = await domain.screenshot();
    const picture = new Uint8Array(await new Response(body).arrayBuffer());
    assertEquals(mimeType, "image/png");
    assertEquals([...picture.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
    assertEquals([...picture.subarray(-8, -4)], [0x49, 0x45, 0x4e, 0x44]);

    await terminal.type("stty -onlcr; clear; yes 0123456789abcde | head -c 1048576; echo THE''END");
    await terminal.until("''END\r\n");
    const output = await terminal.until("THEEND");
    assertEquals(output.slice(output.indexOf("0123")), "0123456789abcde\n".repeat(65536));

    const busy = await assertRejects(() => domain.openConsole(), LibvirtError);
    assertEquals(busy.codeName, "OPERATION_FAILED");
    await using again = await domain.openConsole({ force: true });
    await assertRejects(() => terminal.end(), LibvirtError, "I/O failure");
    await assertRejects(() => terminal.writable, LibvirtError, "I/O failure");

    const other = new Terminal(again);
    await domain.destroy();
    await other.end();
    await assertRejects(() => other.writable, TypeError, "ended");
    assertEquals(conn.isAlive, true);
  }, { skip: skipWithoutGuest(version), timeout: 120_000 });
}

test(
  "libvirtd: what a guest does not take stalls the connection, which lives without keepalive",
  async () => {
    // the daemon gives a client up after six seconds; it reads nothing while five packets wait
    const config = ["keepalive_interval = 2", "keepalive_count = 2"];
    await using daemon = await startDaemon("9", { config });
    for (const keepalive of [undefined, false] as const) {
      const uri = `qemu+unix:///system?socket=${daemon.socket}`;
      await using conn = await connect(uri, { keepalive });
      const domain = await startGuest(conn);
      await domain.suspend();
      const console = await domain.openConsole();
      const writer = console.writable.getWriter();
      const writing = (async () => {
        for (;;) await writer.write(new Uint8Array(65536));
      })().catch((error) => error);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const patience = new Promise<string>((resolve) => {
        timer = setTimeout(() => resolve("it lives"), 12_000);
      });
      const outcome = await Promise.race([conn.closed, patience]);
      clearTimeout(timer);
      await using other = await connect(uri);
      await (await other.lookupDomainByName("guest")).destroy();
      const { name } = await writing;
      if (keepalive === false) assertEquals([outcome, name], ["it lives", "LibvirtError"]);
      else assertEquals([/^(eof|error)$/.test(outcome), name], [true, "ConnectionError"]);
    }
  },
  { skip: skipWithoutGuest("9"), timeout: 120_000 },
);
