/**
 * A trace of a captured session.
 *
 * @module
 */

import { promises } from "node:fs";
import { type Frame, FrameDecoder } from "../../protocol.ts";
import { CommandError, UsageError } from "../failures.ts";
import { fileError } from "../files.ts";
import type { Invocation } from "../invocation.ts";
import { parseCount } from "../values.ts";
import { isPcap, LIBVIRT_PORT, readPcap, Reassembly, type Segment } from "../pcap.ts";
import { describe, inspect, type Side } from "../trace.ts";

/** A packet of the trace. */
interface Traced {
  readonly from: Side;
  readonly frame: Frame;
  /** Which connection, from 1. */
  readonly connection: number;
  /** Seconds since the first packet; `undefined` where the capture has no times. */
  readonly time: number | undefined;
}

/** Cuts one direction into packets; says once where that ends. */
class Cutter {
  readonly #decoder = new FrameDecoder();
  readonly #warn: (text: string) => void;
  #lost = false;

  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }

  *take(bytes: Uint8Array): Generator<Frame> {
    if (this.#lost) return;
    this.#decoder.push(bytes);
    try {
      for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) {
        yield frame;
      }
    } catch (error) {
      this.#lost = true;
      this.#warn(`${(error as Error).message}; is it encrypted, or does its start lack?`);
    }
  }

  end(): void {
    if (!this.#lost && this.#decoder.pending > 0) {
      this.#warn(`The last packet lacks its end: ${this.#decoder.pending} bytes of it are there`);
    }
  }
}

/** Prints the trace of the files that were named. */
export async function decode(run: Invocation): Promise<void> {
  const files = run.rest("file");
  const from = run.text("from");
  if (from !== undefined && from !== "client" && from !== "daemon") {
    throw new UsageError(`Cannot read from "${from}": expected --from client or --from daemon`);
  }
  const contents = await Promise.all(files.map(async (path) => {
    try {
      return new Uint8Array(await promises.readFile(path));
    } catch (error) {
      throw fileError("read", path, error);
    }
  }));
  const warn = (text: string) => run.out.notice(`Warning: ${text}`);
  let packets: Iterable<Traced>;
  if (from !== undefined) {
    if (files.length > 2) throw new UsageError("Expected one file, or one of each side");
    packets = fromRaw(contents, from, warn);
  } else {
    const wrong = contents.findIndex((content) => !isPcap(content));
    if (wrong >= 0) {
      throw new CommandError(
        `Cannot read "${files[wrong]}": it is not a pcap file; make one of a pcapng file with ` +
          `"editcap -F pcap", and for raw bytes say whose: --from client or --from daemon`,
      );
    }
    const port = parseCount(run.text("port") ?? `${LIBVIRT_PORT}`, "the value of --port");
    packets = contents.flatMap((content) => [...fromPcap(content, port, warn)]);
  }
  print(run, packets);
}

/** Interleaves what both sides have sent: a call, then what the daemon sends up to its answer. */
function* fromRaw(
  contents: readonly Uint8Array[],
  from: Side,
  warn: (text: string) => void,
): Generator<Traced> {
  const other: Side = from === "client" ? "daemon" : "client";
  const cut = (bytes: Uint8Array | undefined, side: Side): Traced[] => {
    const cutter = new Cutter((text) => warn(`${side}: ${text}`));
    const frames = bytes === undefined ? [] : [...cutter.take(bytes)];
    cutter.end();
    return frames.map((frame) => ({ from: side, frame, connection: 1, time: undefined }));
  };
  const sides = { [from]: cut(contents[0], from), [other]: cut(contents[1], other) };
  const daemon = sides["daemon"]!;
  let next = 0;
  for (const packet of sides["client"]!) {
    yield packet;
    const answer = daemon.findIndex(({ frame }, i) =>
      i >= next && frame.serial === packet.frame.serial && frame.type === 1
    );
    while (next <= answer) yield daemon[next++]!;
  }
  yield* daemon.slice(next);
}

function* fromPcap(
  content: Uint8Array,
  port: number,
  warn: (text: string) => void,
): Generator<Traced> {
  interface Direction {
    readonly connection: number;
    readonly reassembly: Reassembly;
    readonly cutter: Cutter;
  }
  const directions = new Map<string, Direction>();
  const connections = new Map<string, number>();
  const key = (source: string, sourcePort: number, target: string, targetPort: number) =>
    `${source}:${sourcePort} ${target}:${targetPort}`;
  const directionOf = (segment: Segment, from: Side): Direction => {
    const { source, sourcePort, target, targetPort } = segment;
    const own = key(source, sourcePort, target, targetPort);
    const pair = from === "client" ? own : key(target, targetPort, source, sourcePort);
    // a SYN of the client is a new connection, though the ports may have served before
    if (segment.opens && from === "client") connections.delete(pair);
    const connection = connections.get(pair) ?? connections.size + 1;
    connections.set(pair, connection);
    let direction = directions.get(own);
    if (direction === undefined || segment.opens) {
      direction = {
        connection,
        reassembly: new Reassembly(),
        cutter: new Cutter((text) => warn(`connection ${connection}, ${from}: ${text}`)),
      };
      directions.set(own, direction);
    }
    return direction;
  };
  let start: number | undefined;
  for (const segment of readPcap(content)) {
    const from = segment.targetPort === port
      ? "client"
      : segment.sourcePort === port
      ? "daemon"
      : undefined;
    if (from === undefined) continue;
    const { connection, reassembly, cutter } = directionOf(segment, from);
    for (const bytes of reassembly.take(segment)) {
      for (const frame of cutter.take(bytes)) {
        start ??= segment.time;
        yield { from, frame, connection, time: (segment.time - start) / 1000 };
      }
    }
  }
  for (const { cutter } of directions.values()) cutter.end();
  if (directions.size === 0) warn(`No packets of TCP port ${port} are in the capture; --port?`);
}

function print(run: Invocation, packets: Iterable<Traced>): void {
  const { out } = run;
  const { colors } = out;
  const full = run.flag("full");
  const width = full ? undefined : out.columns ?? 200;
  const several = [...packets];
  const many = several.some(({ connection }) => connection > 1);
  for (const { from, frame, connection, time } of several) {
    const { kind, program, procedure, serial, bytes, descriptors, body, fault } = describe(
      frame,
      from,
      run.flag("secrets"),
    );
    if (out.json) {
      out.item({
        time,
        connection,
        from,
        kind,
        program,
        procedure,
        serial,
        bytes,
        descriptors,
        body,
        fault,
      }, "");
      continue;
    }
    const lead = [
      ...(time === undefined ? [] : [time.toFixed(6).padStart(11)]),
      ...(many ? [`#${connection}`] : []),
      from === "client" ? "→" : "←",
      kind.padEnd(6),
      (kind === "event" || kind === "ping" || kind === "pong" ? "" : `${serial}`).padStart(5),
      `${
        program === "remote" || kind === "ping" || kind === "pong" ? "" : `${program}.`
      }${procedure}`,
    ].join(" ");
    const rest = fault !== undefined
      ? `cannot be decoded: ${fault}`
      : body === undefined
      ? bytes > 0 ? `${bytes} bytes` : ""
      : inspect(body, full);
    const more = descriptors > 0 ? ` with ${descriptors} file descriptors` : "";
    const line = `${lead}${more} ${rest}`.trimEnd();
    const text = width !== undefined && line.length > width ? `${line.slice(0, width - 1)}…` : line;
    const bad = kind === "error" || kind === "abort" || fault !== undefined;
    out.line(bad ? colors.red(text) : kind === "event" ? colors.cyan(text) : text);
  }
}
