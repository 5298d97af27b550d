/**
 * A guest that counts on its serial port, into a file that both hosts append to: a number twice or
 * out of order means that it ran twice, none that it ran nowhere.
 *
 * @module
 */

import { gzipSync } from "node:zlib";
import { fs, path, process } from "../daemons/builtin.ts";

const CACHE = process.env["VIRTWIRE_CACHE"] ?? "/var/cache/virtwire";

// Counts every 20 ms, and writes memory all the while, so that a live migration has rounds to make.
const COUNTER = `#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /proc
exec >/dev/ttyS0 2>&1 </dev/ttyS0
stty -opost
(while true; do dd if=/dev/urandom of=/proc/noise bs=64k count=32 conv=notrunc 2>/dev/null
  usleep 50000; done) &
n=0
while true; do n=$((n + 1)); echo "tick $n"; usleep 20000; done
`;

/** How the guest is made up. */
export interface CountingGuestOptions {
  /** Lines of XML for its `<devices>`. */
  readonly devices?: string;
  /** MiB of memory, 128 when left out. */
  readonly memory?: number;
}

// Emulated, since a `/dev/kvm` that is there need not work; told so, at full speed.
const TYPE = process.env["VIRTWIRE_KVM"] === "1" ? "kvm" : "qemu";

/** A guest that counts, and what it has counted. */
export class CountingGuest {
  /** Its name. */
  readonly name: string;
  /** Its definition. */
  readonly xml: string;
  readonly #log: string;

  /** Makes its files in a directory that both hosts see. */
  constructor(directory: string, name: string, options: CountingGuestOptions = {}) {
    this.name = name;
    this.#log = path.join(directory, `${name}.log`);
    const initramfs = path.join(directory, "counter.initramfs");
    if (!fs.existsSync(initramfs)) writeInitramfs(initramfs);
    fs.writeFileSync(this.#log, "");
    this.xml = `<domain type='${TYPE}'><name>${name}</name>
  <memory unit='MiB'>${options.memory ?? 128}</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type><kernel>${CACHE}/guest/kernel</kernel>
    <initrd>${initramfs}</initrd>
    <cmdline>console=ttyS0 quiet rdinit=/counter</cmdline></os>
  <features><acpi/></features>
  <devices>${options.devices ?? ""}
    <serial type='file'><source path='${this.#log}' append='on'/></serial>
    <memballoon model='none'/></devices></domain>`;
  }

  /** The numbers counted so far. */
  counted(): number[] {
    const lines = fs.readFileSync(this.#log, "latin1").split("\n");
    lines.pop(); // whatever is being written
    return lines.flatMap((line) => {
      const found = /^tick (\d+)\r?$/.exec(line);
      return found === null ? [] : [Number(found[1])];
    });
  }

  /** Waits until it has counted on; throws when it does not. */
  async countsOn(more = 5, limit = 20_000): Promise<void> {
    const start = this.counted().length;
    const end = performance.now() + limit;
    while (this.counted().length < start + more) {
      if (performance.now() > end) throw new Error(`${this.name} does not count on from ${start}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Throws unless every number came once and in order. */
  checkUnbroken(): void {
    const counted = this.counted();
    counted.forEach((number, index) => {
      if (number === index + 1) return;
      const around = counted.slice(Math.max(index - 3, 0), index + 4).join(" ");
      throw new Error(`${this.name} counted ${number} where ${index + 1} was due: … ${around} …`);
    });
  }
}

function writeInitramfs(file: string): void {
  // the kernel unpacks one archive after the other
  const counter = gzipSync(archive("counter", new TextEncoder().encode(COUNTER)));
  fs.writeFileSync(file, concat([fs.readFileSync(`${CACHE}/guest/initramfs`), counter]));
}

/** A cpio archive of one program, in the kernel's format "newc". */
function archive(name: string, contents: Uint8Array): Uint8Array {
  return concat([...entry(name, 0o100755, contents), ...entry("TRAILER!!!", 0, new Uint8Array(0))]);
}

function entry(name: string, mode: number, contents: Uint8Array): Uint8Array[] {
  const fields = [1, mode, 0, 0, 1, 0, contents.length, 0, 0, 0, 0, name.length + 1, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`;
  return [padded(new TextEncoder().encode(`${header}${name}\0`)), padded(contents)];
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
