// deno-lint-ignore-file no-console
/**
 * Uploads a raw disk image to a storage pool and boots a domain from it.
 *
 *     deno run -A upload_and_boot.ts qemu:///system disk.img default
 *
 * @module
 */

import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { argv } from "node:process";
import { connect, uploadFile } from "@virtwire/libvirt";

const [uri = "qemu:///system", image = "disk.img", poolName = "default"] = argv.slice(2);
await using conn = await connect(uri);
const pool = await conn.lookupStoragePoolByName(poolName);
const file = basename(image);

const volume = await pool.createVolumeXml(`
  <volume>
    <name>${file}</name>
    <capacity unit='bytes'>${(await stat(image)).size}</capacity>
    <target><format type='raw'/></target>
  </volume>`);
const { bytes, rate } = await uploadFile(volume, image, {
  onProgress: ({ bytes, total }) => console.log(`${bytes} of ${total} bytes`),
});
console.log(`Uploaded ${bytes} bytes at ${(rate / 1e6).toFixed(1)} MB/s`);

// The same driver as the connection's: qemu, or test in memory.
const type = (await conn.getType()).toLowerCase();
const domain = await conn.createDomainXml(`
  <domain type='${type}'>
    <name>${file.replace(/\.\w+$/, "")}</name>
    <memory unit='MiB'>512</memory>
    <vcpu>1</vcpu>
    <os><type>hvm</type></os>
    <devices>
      <disk type='volume' device='disk'>
        <source pool='${pool.name}' volume='${volume.name}'/>
        <target dev='vda' bus='virtio'/>
      </disk>
      <console type='pty'/>
    </devices>
  </domain>`);
console.log(`${domain.name} has started, id ${domain.id}`);
