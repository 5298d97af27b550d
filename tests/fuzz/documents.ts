/**
 * Documents as the hypervisor's shapes have them, with values that fit and values that do not.
 *
 * @module
 */

import { shapeOfDomain } from "../../src/server/test_driver/domain_definition.ts";
import { NETWORK_OUTLINE } from "../../src/server/test_driver/network_shape.ts";
import { POOL_OUTLINE, VOLUME_OUTLINE } from "../../src/server/test_driver/storage_shapes.ts";
import { type AttributeShape, parseShape, type Shape } from "../../src/xml/shape.ts";
import type { Random } from "../codec/random.ts";

const NETWORK = parseShape(NETWORK_OUTLINE);
const POOL = parseShape(POOL_OUTLINE);
const VOLUME = parseShape(VOLUME_OUTLINE);

const DEVICES = shapeOfDomain().children.find(({ name }) => name === "devices")!.children;

// What an attribute of that name often is; devices hardly get anywhere without.
const words = (text: string): readonly string[] => text.split(" ");
const USUAL: ReadonlyMap<string, readonly string[]> = new Map(Object.entries({
  type: words(
    "file block network dir volume nvme vhostuser pty tcp udp unix spicevmc dbus bridge user direct ethernet " +
      "hostdev internal vdpa vnc spice sdl usb pci ide scsi sata fdc virtio virtio-serial isa drive ccid " +
      "mount template qcow2 raw smbios fwcfg emulator passthrough memory dimm virtio-mem kvm test pci-bridge",
  ),
  model: words(
    "virtio virtio-scsi e1000 rtl8139 qemu-xhci piix3-uhci ich9-ehci1 pci-root pcie-root pcie-root-port " +
      "pci-bridge virtio-transitional lsilogic i6300esb itco vga cirrus qxl none host-passthrough ich9 ac97 " +
      "tpm-tis tpm-crb isa-serial pc virtio-blk Nehalem 6300esb hyperv intel smmuv3 dimm isa",
  ),
  device: words("disk cdrom floppy lun"),
  mode: words(
    "subsystem capabilities nat route open bridge host-model host-passthrough custom strict vepa server client",
  ),
  bus: words("virtio ide scsi sata usb fdc sd xen 0 1 0x00 ps2"),
  dev: words("vda vdb hda hdb sda sdb sdc fda hd cdrom network fd br0 eth0 /dev/sdz"),
  name: words("a b default test com.x.y org.qemu.guest_agent.0 vnet0 raw qemu net0 x/y on off"),
  mac: words("52:54:00:00:00:01"),
  address: words("52:54:00:00:00:02 10.0.0.1 10.0.0.300 fd00::1 ::ffff:1.2.3.4 0xfe"),
  family: words("ipv4 ipv6"),
  netmask: words("255.255.255.0 255.0.255.0"),
  prefix: words("0 8 24 32 33 64 128 129"),
  domain: words("0x0000 0x0001 65536"),
  slot: words("0x00 0x01 0x1f 0x20 31"),
  function: words("0x0 0x7 0x8"),
  unit: words("0 1 6 7 b KiB MiB G T YiB bytes"),
  start: words("10.0.0.2 10.0.0.9 fd00::2 1024 0"),
  end: words("10.0.0.100 10.0.0.1 fd00::9 65535"),
  placement: words("static auto"),
  cpuset: words("0 0-3 0-3,^1 3-0 0,2,4 99999-999999"),
  arch: words("x86_64 i686 aarch64 riscv64 none"),
  format: words("qcow2 raw luks fat auto"),
}));

// deno-fmt-ignore
const VALUES: readonly string[] = [
  "", " ", "0", "1", "2", "16", "-1", "+3", "007", "0x10", "1.5", "255", "256", "16384", "65536", "2147483648",
  "4294967295", "4294967296", "18446744073709551615", "18446744073709551616", "99999999999999999999999",
  "yes", "no", "on", "off", "auto", "none", "default", "optional", "require", "/a/b", "//a/", "../x", "host.example",
  "6695eb01-f6a4-8304-79aa-97f2502e193f", "nonsense", "é漢😀", "a b", "&lt;&amp;", "%s%n", "__proto__", "constructor",
  "x".repeat(300), "0-3,8", "^1", "10.0.0.1", "::1", "0:0:0",
];

// What may well be meant where nothing is known of the name.
const PLAUSIBLE: readonly string[] = words("0 1 2 3 16 64 1024 yes no on off auto default /a/b a");
const NUMBERS: readonly string[] = words("0 1 2 3 5 16 64 1024 4096");

/** How often what a document says is odd: once in so many times. */
export interface Oddness {
  /** A value that nothing may have, or none where one is needed. */
  readonly values: number;
  /** A value that belongs to another name. */
  readonly strangers: number;
}

const ODD: Oddness = { values: 30, strangers: 12 };

class Maker {
  readonly #random: Random;
  readonly #odd: Oddness;

  constructor(random: Random, odd: Oddness) {
    this.#random = random;
    this.#odd = odd;
  }

  #value(name: string, values?: ReadonlySet<string>, format?: string): string {
    const random = this.#random;
    if (random.oneIn(this.#odd.values)) return random.pick(VALUES);
    if (values !== undefined) return random.pick([...values]);
    const usual = USUAL.get(name) ??
      (format === "uint" || format === "int" ? NUMBERS : PLAUSIBLE);
    return random.oneIn(this.#odd.strangers) ? random.pick(VALUES) : random.pick(usual);
  }

  #attribute({ name, required, values, format }: AttributeShape): string {
    const random = this.#random;
    if (required ? random.oneIn(this.#odd.values * 2) : random.oneIn(2)) return "";
    return ` ${name}='${this.#value(name, values, format)}'`;
  }

  // Every level holds fewer children, so that documents end.
  element(shape: Shape, depth: number, fixed = ""): string {
    const random = this.#random;
    const attributes = shape.attributes.map((one) => this.#attribute(one)).join("");
    let inside = fixed;
    for (const child of shape.children) {
      if (depth > 6 || !random.oneIn(depth + 2) || fixed.includes(`<${child.name}>`)) continue;
      for (let n = child.many ? 1 + random.below(3) : 1; n > 0; n--) {
        inside += this.element(child, depth + 1);
      }
    }
    if (inside === "" && shape.text) inside = this.#value(shape.name, undefined, shape.format);
    if (shape.verbatim) inside = "<x:y xmlns:x='u'>z</x:y>";
    return `<${shape.name}${attributes}>${inside}</${shape.name}>`;
  }
}

// What a domain here always has, or has instead.
const FIXED: ReadonlySet<string> = new Set(["name", "memory", "os", "devices"]);

const only = (shape: Shape, keep: (child: Shape) => boolean): Shape => ({
  ...shape,
  attributes: [],
  children: shape.children.filter(keep),
});

/** A document of a domain, network, pool or volume. */
export function makeDocument(random: Random, odd: Oddness = ODD): string {
  const maker = new Maker(random, odd);
  switch (random.below(10)) {
    case 0:
      return maker.element(NETWORK, 0, "<name>n</name>");
    case 1:
      return maker.element(POOL, 0, "<name>p</name>")
        .replace(
          /^<pool[^>]*>/,
          `<pool type='${
            random.pick(words("dir fs netfs logical disk iscsi scsi rbd gluster zfs"))
          }'>`,
        );
    case 2:
      return maker.element(VOLUME, 0, "<name>v</name><capacity>1</capacity>");
    case 3:
    case 4:
      return domain(
        maker.element(only(shapeOfDomain(), ({ name }) => !FIXED.has(name)), 0)
          .slice("<domain>".length, -"</domain>".length),
      );
  }
  let devices = "";
  for (let n = 1 + random.below(4); n > 0; n--) {
    devices += maker.element(random.pick(DEVICES), 1);
  }
  return domain(`<devices>${devices}</devices>`);
}

function domain(inside: string): string {
  return "<domain type='test'><name>d</name><memory>8192</memory><os><type arch='x86_64'>hvm</type></os>" +
    `${inside}</domain>`;
}

/** A document with something else in some place. */
export function changeDocument(text: string, random: Random): string {
  const places = [...text.matchAll(/='([^']*)'|>([^<>]*)<|<(\w+)[^<>]*\/?>/g)];
  if (places.length === 0) return text.slice(0, random.below(text.length + 1));
  const { 0: found, index } = random.pick(places);
  const [before, after] = [text.slice(0, index), text.slice(index + found.length)];
  if (found.startsWith("=")) return `${before}='${random.pick(VALUES)}'${after}`;
  if (found.startsWith(">")) return `${before}>${random.pick(VALUES)}<${after}`;
  if (random.oneIn(3)) return before + found + found + after;
  return random.oneIn(2) ? before + after : before + found.replace(/ \w+='[^']*'/, "") + after;
}
