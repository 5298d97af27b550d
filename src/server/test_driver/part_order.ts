/**
 * In which order libvirt prints the parts of disks and interfaces, for parts that come later than the
 * definition.
 *
 * @module
 */

const PARTS: Readonly<Record<"disk" | "interface", readonly string[]>> = {
  disk: ("driver auth source backenddomain backingStore blockio geometry mirror target " +
    "throttlefilters iotune readonly shareable transient serial wwn vendor product encryption boot " +
    "alias").split(" "),
  interface: ("mac source vlan virtualport bandwidth port ip route portForward script downscript " +
    "backenddomain target guest model driver backend filterref tune teaming link mtu coalesce boot " +
    "alias").split(" "),
};

/** The parts of a disk or an interface that stand before one of them. */
export function partsBefore(device: keyof typeof PARTS, name: string): readonly string[] {
  return PARTS[device].slice(0, PARTS[device].indexOf(name));
}
