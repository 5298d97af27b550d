/**
 * A domain of the test driver with a disk, threads for I/O and a network interface.
 *
 * @module
 */

import type { Connection, Domain } from "../../mod.ts";

const XML = `<domain type='test'>
  <name>guest</name>
  <memory>65536</memory>
  <vcpu>2</vcpu>
  <iothreads>2</iothreads>
  <os><type>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/x.img'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <interface type='network'>
      <source network='default'/>
      <mac address='52:54:00:00:00:01'/>
    </interface>
  </devices>
</domain>`;

/** Defines the domain and starts it. */
export async function startGuest(conn: Connection): Promise<Domain> {
  const domain = await conn.defineDomainXml(XML);
  await domain.create();
  return domain;
}
