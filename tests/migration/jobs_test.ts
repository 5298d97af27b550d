import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Connection,
  type Domain,
  DomainBlockCommitFlags,
  ErrorNumber,
  type JobProgress,
  LibvirtError,
} from "../../mod.ts";
import { createTestHypervisor } from "../../src/testing.ts";
import { progressOfStats } from "../../src/migration/job_progress.ts";
import { test } from "../harness.ts";

async function withDomain(act: (domain: Domain, conn: Connection) => Promise<void>): Promise<void> {
  await using hypervisor = createTestHypervisor({ extras: true, seed: 1 });
  await using conn = await hypervisor.connect();
  const domain = await conn.createDomainXml(
    `<domain type='test'><name>jobs</name><memory unit='MiB'>16</memory><os><type>hvm</type></os>
      <devices><disk type='file' device='disk'><source file='/disk'/><target dev='vda'/></disk>
      </devices></domain>`,
  );
  await act(domain, conn);
}

const { ACTIVE } = DomainBlockCommitFlags;
const FAST = { progressInterval: 5 };
const BACKUP = "<domainbackup><disks><disk name='vda'/></disks></domainbackup>";
const SERVING = BACKUP.replace("<domainbackup>", "<domainbackup mode='pull'>");

function copyTo(file: string): string {
  return `<disk type='file'><source file='${file}'/></disk>`;
}

test("a block job ends with its event", async () => {
  await withDomain(async (domain) => {
    const seen: JobProgress[] = [];
    const options = { bandwidth: 1024n, ...FAST, onProgress: (p: JobProgress) => seen.push(p) };
    const pulled = await domain.jobs.blockPull("vda", options);
    assertEquals([pulled.operation, pulled.state, pulled.fraction], ["BLOCK_PULL", "COMPLETED", 1]);
    assertEquals(seen.at(-1), pulled);
    const parts = seen.map(({ fraction }) => fraction!);
    assert(parts.length > 3 && parts.every((part, i) => part >= (parts[i - 1] ?? 0)), `${parts}`);
    assertEquals((await domain.jobs.blockCommit("vda")).operation, "BLOCK_COMMIT");
  });
});

test("a mirror is ready, then pivoted", async () => {
  await withDomain(async (domain) => {
    const copy = domain.jobs.blockCopy("vda", copyTo("/copy"), {}, FAST);
    await copy.started;
    const states = (await Array.fromAsync(copy)).map(({ state }) => state);
    assertEquals(states.at(-1), "READY");
    assertEquals((await copy).state, "READY");
    assertEquals((await domain.jobs.blockPivot("vda")).state, "COMPLETED");
    assert((await domain.getXmlDesc()).includes("<source file='/copy'/>"));
    const commit = await domain.jobs.blockCommit("vda", { flags: ACTIVE });
    assertEquals([commit.operation, commit.state], ["BLOCK_ACTIVE_COMMIT", "READY"]);
    await domain.blockJobAbort("vda");
    assertEquals(await domain.getBlockJobInfo("vda"), null);
  });
});

test("a job that fails, is cancelled or refused rejects", async () => {
  await withDomain(async (domain) => {
    const failing = domain.jobs.blockCopy("vda", copyTo("/dev/full"));
    const failed = await assertRejects(async () => await failing, LibvirtError, "BLOCK_COPY");
    assertEquals(failed.code, ErrorNumber.OPERATION_FAILED);
    await assertRejects(() => Array.fromAsync(failing), LibvirtError, "disk vda failed");

    const slow = { bandwidth: 10n };
    const cancelled = domain.jobs.blockPull("vda", slow);
    await cancelled.started;
    await domain.blockJobAbort("vda");
    const aborted = await assertRejects(async () => await cancelled, LibvirtError, "cancelled");
    assertEquals(aborted.code, ErrorNumber.OPERATION_ABORTED);

    const late = domain.jobs.blockPull("vda", { ...slow, timeout: 50 });
    const timeout = await assertRejects(async () => await late, DOMException);
    assertEquals(timeout.name, "TimeoutError");
    assertEquals(await domain.getBlockJobInfo("vda"), null, "it has ended by then");

    const refused = domain.jobs.blockPull("vdz");
    await assertRejects(() => refused.started, LibvirtError, "vdz");
    await assertRejects(async () => await refused, LibvirtError, "vdz");
    const never = AbortSignal.abort(new Error("never mind"));
    await assertRejects(
      async () => await domain.jobs.blockPull("vda", { signal: never }),
      Error,
      "never mind",
    );
  });
});

test("a backup is a job of the domain, which anybody can watch", async () => {
  await withDomain(async (domain) => {
    const done = await domain.jobs.backupBegin(BACKUP, FAST);
    assertEquals([done.operation, done.state, done.dataRemaining], ["BACKUP", "COMPLETED", 0n]);
    assertEquals(await Array.fromAsync(domain.jobProgress()), [], "nothing is going on");

    const controller = new AbortController();
    const serving = domain.jobs.backupBegin(SERVING, { signal: controller.signal });
    await serving.started;
    const seen: string[] = [];
    for await (const { operation, state } of domain.jobProgress({ interval: 5 })) {
      seen.push(`${operation} ${state}`);
      if (seen.length === 3) controller.abort();
    }
    assertEquals(seen.slice(0, 3), Array(3).fill("BACKUP UNBOUNDED"));
    assertEquals(seen.at(-1), "BACKUP COMPLETED");
    assertEquals((await serving).state, "COMPLETED");
  });
});

test("a loop over progress is left without an end to the job", async () => {
  await withDomain(async (domain) => {
    await domain.backupBegin(SERVING);
    for await (const { state } of domain.jobProgress()) {
      assertEquals(state, "UNBOUNDED");
      break;
    }
    const signal = AbortSignal.timeout(30);
    const watching = Array.fromAsync(domain.jobProgress({ signal, interval: 5 }));
    await assertRejects(() => watching, DOMException);
    assertEquals((await domain.getJobStats()).type, 2);
    await domain.abortJob();
    const end = await Array.fromAsync(domain.jobProgress({ interval: 5 }));
    assert(end.length === 0 || end.at(-1)!.state === "COMPLETED", "then it ends by itself");
  });
});

test("statistics of every driver become one shape", () => {
  assertEquals(progressOfStats(0, {}), undefined);
  const bare = progressOfStats(2, { operation: 5, time_elapsed: 7n })!;
  assertEquals([bare.operation, bare.state, bare.elapsed], ["MIGRATION_OUT", "UNBOUNDED", 7n]);
  assertEquals([bare.fraction, bare.rate, bare.downtime], [undefined, undefined, undefined]);
  const disks = progressOfStats(3, { operation: 9, disk_total: 8n, disk_processed: 8n })!;
  assertEquals([disks.dataTotal, disks.dataRemaining, disks.fraction], [8n, 0n, 1]);
  // a guest that writes makes the remainder grow beyond the total
  const writing = progressOfStats(2, { data_total: 10n, data_processed: 9n, data_remaining: 9n })!;
  assertEquals(writing.fraction, 0.5);
  const failed = progressOfStats(4, { errmsg: "no space", memory_bps: 1n, disk_bps: 2n })!;
  assertEquals([failed.state, failed.message, failed.rate], ["FAILED", "no space", 3n]);
});
