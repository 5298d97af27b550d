/**
 * Parts of the outline of a domain that many of its devices have.
 *
 * @module
 */

import { lookupTable } from "../../lookup_table.ts";

const PARTS: Readonly<Record<string, string>> = lookupTable({
  // where a device is, and what it is called
  info: `
alias @name
master! @startport:uint
acpi @index:uint+ @nodeset:nodeset
<address>
`,
  // the same of what the guest may boot from
  bootinfo: `
boot @order!:uint+ @loadparm
<info>
`,
  // the same of what may have a ROM to boot by
  rominfo: `
boot @order!:uint+ @loadparm
alias @name
master! @startport:uint
rom @enabled=no|yes @bar=on|off @file
acpi @index:uint+ @nodeset:nodeset
<address>
`,
  address: `
address @type!=pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @controller @bus @target @unit @slot @port @function @multifunction @cssid @ssid @devno @reg @iobase @irq @base
  zpci @uid @fid
`,
  // what is behind a character device
  chardev: `
source*! @master @slave @mode @path @channel @append @host @service @tls
  reconnect @enabled @timeout
  seclabel* @model @relabel=yes|no
    label #
  clipboard! @copypaste
  mouse! @mode
log @file @append=on|off
protocol*! @type
`,
  // what is behind a disk
  storage: `
host* @transport @name @port @socket
ssl @verify
cookies
  cookie* # @name
readahead @size
timeout @seconds
initiator
  iqn @name
auth @username
  secret @type @uuid @usage
identity @user @group @username @keyfile @agentsock
knownHosts @path
snapshot @name
config @file
address @domain @bus @slot @function @multifunction
slices
  slice* @type @offset @size
seclabel* @model @relabel=yes|no
  label #
encryption+ @format @engine
  secret* @type @uuid @usage
  cipher @name @size @mode @hash
  ivgen @name @hash
reservations @managed! @migration
  source @type @path @mode
    reconnect @enabled @timeout
reconnect @enabled @timeout @delay
`,
  throttle: `
total_bytes_sec #
read_bytes_sec #
write_bytes_sec #
total_iops_sec #
read_iops_sec #
write_iops_sec #
total_bytes_sec_max #
read_bytes_sec_max #
write_bytes_sec_max #
total_iops_sec_max #
read_iops_sec_max #
write_iops_sec_max #
size_iops_sec #
group_name #
total_bytes_sec_max_length #
read_bytes_sec_max_length #
write_bytes_sec_max_length #
total_iops_sec_max_length #
read_iops_sec_max_length #
write_iops_sec_max_length #
`,
});

const STORAGE_SOURCE =
  "@file @dev @protocol @name @startupPolicy @query @tls @tlsHostname @type @managed @namespace " +
  "@pool @volume @mode @path @dir @fdgroup";

/** The outline with each `<part>` in it replaced by the part of that name, at its depth. */
export function withParts(outline: string): string {
  return outline.split("\n").flatMap((line) => {
    const [, indent, name] = /^( *)<(\w+)>$/.exec(line) ?? [];
    if (name === undefined) return [line.replace("<source>", STORAGE_SOURCE)];
    return withParts(PARTS[name]!).split("\n").filter((part) => part !== "").map((part) =>
      indent + part
    );
  }).join("\n");
}
