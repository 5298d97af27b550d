import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  connect,
  type Domain,
  DomainBlockCommitFlags,
  DomainSnapshotCreateFlags,
  ErrorNumber,
  type JobProgress,
  LibvirtError,
} from "../../mod.ts";
import { run } from "../daemons/builtin.ts";
import { type DaemonVersion, skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";

/**
 * A guest with data on a disk that has an image below; it needs no system to have jobs.
 *
 * `act` answers the images that must hold the same data once the hypervisor, which writes when it
 * likes, has closed them.
 */
async function withGuest(
  version: DaemonVersion,
  act: (domain: Domain, directory: string) => Promise<string[]>,
): Promise<void> {
  await using daemon = await startDaemon(version);
  const { directory } = daemon;
  const base = `${directory}/base.qcow2`;
  const disk = `${directory}/disk.qcow2`;
  await run("qemu-img", ["create", "-q", "-f", "qcow2", base, "64M"]);
  await run("qemu-io", ["-f", "qcow2", "-c", "write -P 0x11 0 32M", base]);
  await run("qemu-img", ["create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", disk]);
  await run("qemu-io", ["-f", "qcow2", "-c", "write -P 0x22 1M 4M", disk]);
  await using conn = await connect(`qemu+unix:///system?socket=${daemon.socket}`);
  const domain = await conn.createDomainXml(`<domain type='qemu'><name>jobs</name>
    <memory unit='MiB'>64</memory><os><type arch='x86_64' machine='pc'>hvm</type></os>
    <devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
    <source file='${disk}'/><target dev='vda' bus='virtio'/></disk></devices></domain>`);
  const images = await act(domain, directory);
  await domain.destroy();
  for (const image of images) await checkData(image);
}

async function sourceOf(domain: Domain): Promise<string> {
  return /<source file='([^']*)'/.exec(await domain.getXmlDesc())![1]!;
}

async function checkData(image: string): Promise<void> {
  for (const pattern of ["read -P 0x22 1M 4M", "read -P 0x11 8M 24M"]) {
    const output = await run("qemu-io", ["-U", "-r", "-f", "qcow2", "-c", pattern, image]);
    assert(!output.includes("verification failed"), `${image}: ${output}`);
  }
}

const LIMITED = { bandwidth: 1048576n, granularity: 65536 };

for (const version of ["9", "12"] as const) {
  const skip = skipWithoutDaemon(version);

  test(`jobs of disks with libvirtd ${version}: pull, commit, copy and pivot`, async () => {
    await withGuest(version, async (domain, directory) => {
      const disk = await sourceOf(domain);

      const seen: JobProgress[] = [];
      const pulled = await domain.jobs.blockPull("vda", { onProgress: (p) => seen.push(p) });
      assertEquals([pulled.operation, pulled.state, pulled.disk], [
        "BLOCK_PULL",
        "COMPLETED",
        "vda",
      ]);
      assertEquals(seen.at(-1), pulled);

      const { DISK_ONLY, NO_METADATA } = DomainSnapshotCreateFlags;
      const overlay = `${directory}/overlay.qcow2`;
      await domain.createSnapshotXml(
        `<domainsnapshot><disks><disk name='vda' snapshot='external'>
          <source file='${overlay}'/></disk></disks></domainsnapshot>`,
        { flags: DISK_ONLY | NO_METADATA },
      );
      assertEquals(await sourceOf(domain), overlay);
      const { ACTIVE } = DomainBlockCommitFlags;
      const ready = await domain.jobs.blockCommit("vda", { flags: ACTIVE });
      assertEquals([ready.operation, ready.state], ["BLOCK_ACTIVE_COMMIT", "READY"]);
      const pivoted = await domain.jobs.blockPivot("vda");
      assertEquals(pivoted.state, "COMPLETED");
      assertEquals(await sourceOf(domain), disk);

      const copy = `${directory}/copy.qcow2`;
      const target = `<disk type='file'><driver type='qcow2'/><source file='${copy}'/></disk>`;
      const job = domain.jobs.blockCopy("vda", target, {}, { progressInterval: 10 });
      await job.started;
      const states: string[] = [];
      for await (const { state } of job) states.push(state);
      assertEquals(states.at(-1), "READY");
      assertEquals((await job).operation, "BLOCK_COPY");
      await domain.jobs.blockPivot("vda");
      assertEquals(await sourceOf(domain), copy);
      return [disk, copy];
    });
  }, { skip });

  test(`jobs of disks with libvirtd ${version}: cancelled, refused, limited`, async () => {
    await withGuest(version, async (domain, directory) => {
      const controller = new AbortController();
      const reason = new Error("no longer wanted");
      const target = `<disk type='file'><source file='${directory}/no.raw'/></disk>`;
      const seen: JobProgress[] = [];
      const job = domain.jobs.blockCopy("vda", target, LIMITED, {
        signal: controller.signal,
        progressInterval: 50,
        onProgress(progress) {
          seen.push(progress);
          if (progress.dataProcessed > 0n) controller.abort(reason);
        },
      });
      assertEquals(await job.then(() => "done", (error) => error), reason);
      assertEquals(seen.at(-1)!.state, "CANCELLED");
      assert(seen.some(({ fraction = 0 }) => fraction > 0 && fraction < 1));
      assertEquals(await domain.getBlockJobInfo("vda"), null);

      // somebody else ends it
      const other = domain.jobs.blockCopy("vda", target.replace("no.raw", "other.raw"), LIMITED);
      await other.started;
      await domain.blockJobAbort("vda");
      const error = await assertRejects(async () => await other, LibvirtError, "cancelled");
      assertEquals(error.code, ErrorNumber.OPERATION_ABORTED);

      await assertRejects(async () => await domain.jobs.blockPull("vdz"), LibvirtError);
      const never = domain.jobs.blockPivot("vda");
      await assertRejects(() => never.started, LibvirtError);
      return [];
    });
  }, { skip });

  test(`jobs of domains with libvirtd ${version}: a backup, its progress, its end`, async () => {
    await withGuest(version, async (domain, directory) => {
      const xml = (file: string) =>
        `<domainbackup><disks><disk name='vda' type='file'>
          <target file='${directory}/${file}'/><driver type='qcow2'/></disk></disks></domainbackup>`;
      const done = await domain.jobs.backupBegin(xml("backup.qcow2"));
      assertEquals([done.operation, done.state, done.fraction], ["BACKUP", "COMPLETED", 1]);
      assertEquals(done.dataTotal, 67108864n);
      assertEquals(await Array.fromAsync(domain.jobProgress()), []);

      // one that serves readers lasts until it is ended
      const pull = `<domainbackup mode='pull'><server transport='unix' socket='${directory}/nbd'/>
        <disks><disk name='vda' type='file'><scratch file='${directory}/scratch'/></disk></disks>
        </domainbackup>`;
      const controller = new AbortController();
      const serving = domain.jobs.backupBegin(pull, { signal: controller.signal });
      await serving.started;
      const watched: JobProgress[] = [];
      for await (const progress of domain.jobProgress({ interval: 20 })) {
        watched.push(progress);
        if (watched.length === 3) controller.abort("enough");
      }
      assertEquals(watched.map(({ operation }) => operation).slice(0, 3), Array(3).fill("BACKUP"));
      assert(
        watched.length >= 4 && watched.at(-1)!.state !== "UNBOUNDED",
        `${watched.at(-1)!.state}`,
      );
      // that is how it ends well
      assertEquals((await serving).state, "COMPLETED");

      const failed = domain.jobs.backupBegin(
        "<domainbackup><disks><disk name='vdz' type='file'/></disks></domainbackup>",
      );
      await assertRejects(async () => await failed, LibvirtError);
      return [`${directory}/backup.qcow2`];
    });
  }, { skip });
}
