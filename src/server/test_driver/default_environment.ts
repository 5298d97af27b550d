/**
 * What `test:///default` holds at its start.
 *
 * @module
 */

import { DomainRunningReason } from "../../../gen/enums/domain.ts";
import { parseDomain } from "./domain_definition.ts";
import { prepareDomain } from "./domain_prepare.ts";
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
}
