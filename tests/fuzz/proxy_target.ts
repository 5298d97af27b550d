/**
 * The proxy's relay to feed: whatever a client sends, nothing reaches the daemon that the filter
 * does not let through.
 *
 * @module
 */

import { connectOpen, connectSupportsFeature } from "../../gen/remote/connect.ts";
import { decodeConnectOpenArgs } from "../../gen/remote/connect_server.ts";
import { remoteProgram } from "../../gen/remote/program.ts";
import { keepaliveProgram } from "../../gen/rpc/keepalive.ts";
import { ProcedureFilter } from "../../src/proxy/filter.ts";
import { Relay } from "../../src/proxy/relay.ts";
import { FrameDecoder, MessageType } from "../../src/rpc/frame.ts";
import { ProtocolError } from "../../src/xdr/errors.ts";
import { XdrReader } from "../../src/xdr/reader.ts";
import { clientPacket, packets } from "./grammar.ts";
import { changed, cut, Flaw, randomOf, type Target, templateOf } from "./targets.ts";

const NAME = "qemu:///system";
const filter = new ProcedureFilter({ preset: "monitor" });
const HARMLESS: ReadonlySet<number> = new Set([connectOpen.number, connectSupportsFeature.number]);

// Unlike the daemon, the decoder here must get whole packets: what is cut off at the end is its own.
function check(decoder: FrameDecoder, bytes: Uint8Array): number {
  let count = 0;
  decoder.push(bytes);
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
    count++;
    const { program, procedure, type, body } = frame;
    if (program === keepaliveProgram.number) continue;
    if (type === MessageType.STREAM || type === MessageType.STREAM_HOLE) continue;
    if (type !== MessageType.CALL) throw new Flaw(`a packet of type ${type} has passed`);
    if (program === remoteProgram.number && procedure === connectOpen.number) {
      const { name, flags } = decodeConnectOpenArgs(new XdrReader(body));
      if (name !== NAME || (flags & 1) === 0) throw new Flaw(`opened as ${name}, ${flags}`);
    } else if (!(program === remoteProgram.number && HARMLESS.has(procedure))) {
      const { verdict, name: called } = filter.judge(program, procedure);
      if (verdict !== "pass" && verdict !== "depends") throw new Flaw(`${called} has passed`);
    }
  }
  return count;
}

/** The relay of a proxy whose clients may only look. */
export const PROXY: Target = {
  name: "proxy",
  make: (random) => packets(random, clientPacket),
  change: changed,
  feed(bytes) {
    const relay = new Relay({ filter, name: NAME, readOnly: true });
    const decoder = new FrameDecoder();
    let passed = 0;
    let answered = 0;
    let end = "";
    for (const chunk of cut(bytes, randomOf(bytes))) {
      try {
        for (let at = 0; at < chunk.length;) {
          at += relay.receive(chunk.subarray(at));
          for (const out of relay.takeForClient()) answered += out.length;
        }
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        end = templateOf(error);
      }
      for (const out of relay.takeForDaemon()) passed += check(decoder, out.slice());
      if (end !== "") break;
    }
    if (answered > 400 * (bytes.length / 28 + 1)) throw new Flaw(`${answered} bytes are answered`);
    return `${passed} ${relay.calls} ${relay.refusals} ${end}`;
  },
};
