/**
 * Captures of packets in the pcap format, as tcpdump and Wireshark read and write it.
 *
 * @see https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html
 *
 * @module
 */

import { CommandError } from "./failures.ts";

/** The port of libvirtd, by which Wireshark's dissector knows the protocol. */
export const LIBVIRT_PORT = 16509;

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
const LINK_RAW = 101;
const IP_HEADER = 20;
const TCP_HEADER = 20;
// An IPv4 packet says its length in 16 bits.
const SEGMENT = 65535 - IP_HEADER - TCP_HEADER;

/** The first bytes of a file. */
export function pcapFileHeader(): Uint8Array {
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, MAGIC_MICROSECONDS, true);
  header.setUint16(4, 2, true);
  header.setUint16(6, 4, true);
  header.setUint32(16, 0x40000, true);
  header.setUint32(20, LINK_RAW, true);
  return new Uint8Array(header.buffer);
}

/** One direction of a connection that is recorded. */
export interface RecordedSide {
  /** Bytes that it has sent; goes on. */
  sent: number;
  /** TCP port that stands for it. */
  readonly port: number;
}

/** Makes the records of bytes that one side sends: TCP segments on a loopback that never was. */
export function* pcapRecords(
  from: RecordedSide,
  to: RecordedSide,
  bytes: Uint8Array,
  milliseconds: number,
): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SEGMENT) {
    const data = bytes.subarray(at, at + SEGMENT);
    const size = IP_HEADER + TCP_HEADER + data.length;
    const record = new Uint8Array(16 + size);
    const view = new DataView(record.buffer);
    view.setUint32(0, Math.floor(milliseconds / 1000), true);
    view.setUint32(4, Math.floor(milliseconds % 1000 * 1000), true);
    view.setUint32(8, size, true);
    view.setUint32(12, size, true);
    const ip = new DataView(record.buffer, 16, IP_HEADER);
    ip.setUint8(0, 0x45);
    ip.setUint16(2, size);
    ip.setUint8(8, 64);
    ip.setUint8(9, 6);
    ip.setUint32(12, 0x7f000001);
    ip.setUint32(16, 0x7f000001);
    ip.setUint16(10, checksum(ip));
    const tcp = new DataView(record.buffer, 16 + IP_HEADER, TCP_HEADER);
    tcp.setUint16(0, from.port);
    tcp.setUint16(2, to.port);
    tcp.setUint32(4, (from.sent + 1) >>> 0);
    tcp.setUint32(8, (to.sent + 1) >>> 0);
    tcp.setUint8(12, TCP_HEADER / 4 << 4);
    tcp.setUint8(13, 0x18); // PSH, ACK
    tcp.setUint16(14, 0xffff);
    record.set(data, 16 + IP_HEADER + TCP_HEADER);
    // addresses, protocol and length count too, of a header that is not sent
    const pseudo = 2 * (0x7f00 + 0x0001) + 6 + TCP_HEADER + data.length;
    tcp.setUint16(16, checksum(new DataView(record.buffer, 16 + IP_HEADER), pseudo));
    from.sent += data.length;
    yield record;
  }
}

function checksum(bytes: DataView, start: number = 0): number {
  let sum = start;
  const even = bytes.byteLength & ~1;
  for (let at = 0; at < even; at += 2) sum += bytes.getUint16(at);
  if (even < bytes.byteLength) sum += bytes.getUint8(even) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

/** A TCP segment that was captured. */
export interface Segment {
  /** When, in milliseconds since 1970. */
  readonly time: number;
  readonly source: string;
  readonly sourcePort: number;
  readonly target: string;
  readonly targetPort: number;
  readonly sequence: number;
  /** Whether it opens the connection. */
  readonly opens: boolean;
  readonly data: Uint8Array;
}

/** Whether a file is in this format. */
export function isPcap(file: Uint8Array): boolean {
  return endiannessOf(file) !== undefined;
}

function endiannessOf(file: Uint8Array): { little: boolean; nanoseconds: boolean } | undefined {
  if (file.length < 24) return undefined;
  const view = new DataView(file.buffer, file.byteOffset);
  for (const little of [true, false]) {
    const magic = view.getUint32(0, little);
    if (magic === MAGIC_MICROSECONDS) return { little, nanoseconds: false };
    if (magic === MAGIC_NANOSECONDS) return { little, nanoseconds: true };
  }
  return undefined;
}

/** Offset of the IP packet in a frame, by link type. */
const LINKS: Readonly<Record<number, (view: DataView) => number>> = {
  0: () => 4, // BSD loopback
  1: (view) => view.getUint16(12) === 0x8100 ? 18 : 14, // Ethernet, with or without VLAN
  [LINK_RAW]: () => 0,
  113: () => 16, // Linux "any"
  228: () => 0,
  229: () => 0,
  276: () => 20, // Linux "any", second version
};

/** The TCP segments of a file. */
export function* readPcap(file: Uint8Array): Generator<Segment> {
  const { little, nanoseconds } = endiannessOf(file)!;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const link = view.getUint32(20, little) & 0xffff;
  const offset = LINKS[link];
  if (offset === undefined) {
    throw new CommandError(
      `Cannot read the capture: its link type ${link} is not known here; capture on lo or any`,
    );
  }
  for (let at = 24; at + 16 <= file.length;) {
    const seconds = view.getUint32(at, little);
    const fraction = view.getUint32(at + 4, little) / (nanoseconds ? 1e6 : 1e3);
    const [kept, whole] = [view.getUint32(at + 8, little), view.getUint32(at + 12, little)];
    if (at + 16 + kept > file.length) break; // the capture was cut off
    if (kept < whole) {
      throw new CommandError(
        "Cannot read the capture: packets are cut; capture them whole, with tcpdump -s 0",
      );
    }
    const frame = new DataView(file.buffer, file.byteOffset + at + 16, kept);
    at += 16 + kept;
    const segment = segmentOf(frame, offset(frame), seconds * 1000 + fraction);
    if (segment !== undefined) yield segment;
  }
}

function segmentOf(frame: DataView, ip: number, time: number): Segment | undefined {
  if (frame.byteLength < ip + IP_HEADER + TCP_HEADER) return undefined;
  const six = frame.getUint8(ip) >> 4 === 6;
  const protocol = frame.getUint8(ip + (six ? 6 : 9));
  if (protocol !== 6) return undefined;
  const tcp = ip + (six ? 40 : (frame.getUint8(ip) & 0xf) * 4);
  const end = ip + (six ? 40 + frame.getUint16(ip + 4) : frame.getUint16(ip + 2));
  const start = tcp + (frame.getUint8(tcp + 12) >> 4) * 4;
  const address = (from: number, length: number) => {
    let text = "";
    for (let i = 0; i < length; i++) text += frame.getUint8(from + i).toString(16).padStart(2, "0");
    return text;
  };
  return {
    time,
    source: address(ip + (six ? 8 : 12), six ? 16 : 4),
    target: address(ip + (six ? 24 : 16), six ? 16 : 4),
    sourcePort: frame.getUint16(tcp),
    targetPort: frame.getUint16(tcp + 2),
    sequence: frame.getUint32(tcp + 4),
    opens: (frame.getUint8(tcp + 13) & 2) !== 0,
    data: new Uint8Array(frame.buffer, frame.byteOffset + start, Math.max(0, end - start)),
  };
}

/**
 * Puts the bytes of one direction in order: what was sent again is left out, what came early waits.
 */
export class Reassembly {
  #next: number | undefined;
  readonly #early = new Map<number, Uint8Array>();

  /** Takes a segment and answers what can be read now. */
  take({ sequence, opens, data }: Segment): Uint8Array[] {
    if (opens || this.#next === undefined) this.#next = (sequence + (opens ? 1 : 0)) >>> 0;
    if (data.length === 0) return [];
    this.#early.set(sequence, data);
    const ready: Uint8Array[] = [];
    for (let found = true; found;) {
      found = false;
      for (const [start, bytes] of this.#early) {
        const known = (this.#next - start) | 0; // sequence numbers wrap
        if (known < 0) continue;
        this.#early.delete(start);
        if (known < bytes.length) {
          ready.push(bytes.subarray(known));
          this.#next = (start + bytes.length) >>> 0;
          found = true;
        }
      }
    }
    return ready;
  }
}
