/**
 * What `test:///default` holds at its start.
 *
 * @module
 */

import { DomainRunningReason } from "../../../gen/enums/domain.ts";
import { parseDomain } from "./domain_definition.ts";
import { prepareDomain } from "./domain_prepare.ts";
import { canonicalInterface } from "./interface_handlers.ts";
import { parseNetwork } from "./network_definition.ts";
import { canonicalDevice } from "./node_device.ts";
import { parsePool } from "./storage_definition.ts";
import { parseXml } from "../../xml/parse.ts";
import type { TestState } from "./state.ts";

const DOMAIN = `<domain type='test'>
  <name>test</name>
  <uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid>
  <memory>8388608</memory>
  <currentMemory>2097152</currentMemory>
  <vcpu>2</vcpu>
  <os><type>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <source file='/guest/diskimage1'/>
      <target dev='vda' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
    </disk>
    <interface type='network'>
      <mac address='aa:bb:cc:dd:ee:ff'/>
      <source network='default' bridge='virbr0'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x1' function='0x0'/>
    </interface>
    <memballoon model='virtio'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x2' function='0x0'/>
    </memballoon>
  </devices>
</domain>`;

const NETWORK = `<network>
  <name>default</name>
  <uuid>dd8fe884-6c02-601e-7551-cca97df1c5df</uuid>
  <bridge name='virbr0'/>
  <forward/>
  <ip address='192.168.122.1' netmask='255.255.255.0'>
    <dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp>
  </ip>
</network>`;

const INTERFACE = `<interface type='ethernet' name='eth1'>
  <start mode='onboot'/>
  <mac address='aa:bb:cc:dd:ee:ff'/>
  <mtu size='1492'/>
  <protocol family='ipv4'>
    <ip address='192.168.0.5' prefix='24'/>
    <route gateway='192.168.0.1'/>
  </protocol>
</interface>`;

const POOL = `<pool type='dir'>
  <name>default-pool</name>
  <uuid>dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566</uuid>
  <target><path>/default-pool</path></target>
</pool>`;

const COMPUTER = `<device>
  <name>computer</name>
  <capability type='system'>
    <hardware>
      <vendor>Libvirt</vendor>
      <version>Test driver</version>
      <serial>123456</serial>
      <uuid>11111111-2222-3333-4444-555555555555</uuid>
    </hardware>
    <firmware>
      <vendor>Libvirt</vendor>
      <version>Test Driver</version>
      <release_date>01/22/2007</release_date>
    </firmware>
  </capability>
</device>`;

function hostAdapter(
  number: number,
  parent: string,
  uniqueId: number,
  wwns: readonly [wwnn: string, wwpn: string, fabric: string],
  vports: boolean,
): string {
  return `<device>
  <name>scsi_host${number}</name>
  <parent>${parent}</parent>
  <capability type='scsi_host'>
    <host>${number}</host>
    <unique_id>${uniqueId}</unique_id>
    <capability type='fc_host'>
      <wwnn>${wwns[0]}</wwnn>
      <wwpn>${wwns[1]}</wwpn>
      <fabric_wwn>${wwns[2]}</fabric_wwn>
    </capability>
    ${
    vports
      ? "<capability type='vport_ops'><max_vports>0</max_vports><vports>0</vports></capability>"
      : ""
  }
  </capability>
</device>`;
}

const DEVICES: readonly string[] = [
  COMPUTER,
  hostAdapter(1, "computer", 0, [
    "2000000012341234",
    "1000000012341234",
    "2000000043214321",
  ], true),
  hostAdapter(2, "computer", 1, [
    "2000000056785678",
    "1000000056785678",
    "2000000087658765",
  ], true),
  hostAdapter(11, "scsi_host1", 10, [
    "2000000034563456",
    "1000000034563456",
    "2000000043214321",
  ], false),
];

/** Fills a hypervisor with libvirt's default environment. */
export function fillDefaultEnvironment(state: TestState): void {
  state.cells = [
    { memory: 2097152n, cpus: [0, 1, 2, 3, 4, 5, 6, 7] },
    { memory: 4194304n, cpus: [8, 9, 10, 11, 12, 13, 14, 15] },
  ];
  const definition = parseDomain(DOMAIN, state.identities);
  prepareDomain(definition);
  const { domain } = state.domains.add(definition);
  domain.persistent = true;
  domain.start(state.takeDomainId(), DomainRunningReason.UNKNOWN);
  const network = parseNetwork(NETWORK, state.identities);
  state.networks.add(network, { start: false }).object.active = true;
  const eth1 = canonicalInterface(parseXml(INTERFACE));
  state.interfaces.set("eth1", { definition: eth1, active: true });
  const pool = parsePool(POOL, state.identities);
  state.pools.add(pool, { start: false }).object.active = true;
  for (const xml of DEVICES) {
    const device = canonicalDevice(parseXml(xml));
    state.devices.set(device.textOf("name")!, device);
  }
}
