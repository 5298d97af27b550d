/**
 * Jobs on disks, and backups. No data is moved: they take their time and end as they should.
 *
 * @module
 */

import {
  ConnectDomainEventBlockJobStatus,
  DomainBlockCommitFlags,
  DomainBlockJobAbortFlags,
  DomainBlockJobType,
  DomainEventId,
  DomainJobOperation,
  DomainJobType,
} from "../../../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../../../gen/enums/errors.ts";
import type { RemoteHandlers } from "../../../../gen/remote/dispatch.ts";
import type { XmlElement } from "../../../xml/element.ts";
import { printXml } from "../../../xml/print.ts";
import type { CallContext } from "../../driver.ts";
import { parseRoot } from "../domain_definition.ts";
import { diskOf, sourceOf } from "../domain_devices.ts";
import { emitDomainEvent } from "../domain_events.ts";
import type { TestDomain } from "../domain_object.ts";
import { put } from "../domain_defaults.ts";
import { checkFlags, invalidArgument, invalidOperation, refusal } from "../refusals.ts";
import type { TestState } from "../state.ts";
import { DomainJob, type DomainJobs } from "./jobs.ts";

const MIB = 1048576n;
const SIZE = 64n * MIB; // a disk here has no size: this one is as good as any
const PARTS = 32n;
const { COMPLETED, FAILED, CANCELED, READY } = ConnectDomainEventBlockJobStatus;
const { PULL, COPY, COMMIT, ACTIVE_COMMIT } = DomainBlockJobType;

interface BlockJob {
  readonly type: number;
  /** Where the disk's data is once it is pivoted; `undefined` to leave it where it is. */
  readonly target: XmlElement | undefined;
  /** MiB/s; 0 for no limit. */
  speed: bigint;
  cur: bigint;
  ready: boolean;
  cancelled: boolean;
}

/** The jobs on the disks of one hypervisor's domains, and the backups that run. */
export class BlockJobs {
  readonly #state: TestState;
  readonly #jobs: DomainJobs;
  readonly #running = new Map<string, BlockJob>();
  readonly #backups = new Map<string, XmlElement>();

  /** Starts without any. */
  constructor(state: TestState, jobs: DomainJobs) {
    this.#state = state;
    this.#jobs = jobs;
  }

  /** The job on a disk. */
  of(domain: TestDomain, path: string): BlockJob | undefined {
    return this.#running.get(keyOf(domain, targetOf(domain, path)));
  }

  /** Begins a job on a disk. */
  begin(
    domain: TestDomain,
    path: string,
    type: number,
    speed: bigint,
    target?: XmlElement,
  ): void {
    domain.checkActive();
    const disk = targetOf(domain, path);
    const key = keyOf(domain, disk);
    if (this.#running.has(key)) {
      throw invalidOperation(`disk '${disk}' already in active block job`);
    }
    const job = { type, target, speed, cur: 0n, ready: false, cancelled: false };
    this.#running.set(key, job);
    this.#run(domain, disk, job);
  }

  async #run(domain: TestDomain, disk: string, job: BlockJob): Promise<void> {
    const part = SIZE / PARTS;
    while (job.cur < SIZE && !job.cancelled && domain.active) {
      const pause = job.speed === 0n ? 0 : Number(part * 1000n / (job.speed * MIB));
      await new Promise((resolve) => setTimeout(resolve, pause));
      job.cur += part;
      // as a disk that is full does
      if (job.target?.get("file") === "/dev/full") return this.#end(domain, disk, job, FAILED);
    }
    if (!domain.active) return void this.#running.delete(keyOf(domain, disk));
    if (job.cancelled) return this.#end(domain, disk, job, CANCELED);
    if (job.type === PULL || job.type === COMMIT) return this.#end(domain, disk, job, COMPLETED);
    job.ready = true;
    this.#tell(domain, disk, job, READY);
  }

  /** Ends a job before time, or switches to what it has made. */
  abort(domain: TestDomain, path: string, pivot: boolean): void {
    const disk = targetOf(domain, path);
    const job = this.#running.get(keyOf(domain, disk));
    if (job === undefined) throw invalidOperation(`disk ${disk} does not have an active block job`);
    if (!pivot) {
      if (job.ready) this.#end(domain, disk, job, CANCELED);
      else job.cancelled = true;
      return;
    }
    if (!job.ready) {
      throw refusal(
        ErrorNumber.BLOCK_COPY_ACTIVE,
        `block job '${disk}' not ready for pivot yet`,
      );
    }
    if (job.target !== undefined) {
      put(diskOf(domain.definition, disk, true)!, job.target.clone(), ["driver", "auth"]);
    }
    this.#end(domain, disk, job, COMPLETED);
  }

  #end(domain: TestDomain, disk: string, job: BlockJob, status: number): void {
    this.#running.delete(keyOf(domain, disk));
    this.#tell(domain, disk, job, status);
  }

  #tell(domain: TestDomain, dst: string, { type }: BlockJob, status: number): void {
    const path = sourceOf(diskOf(domain.definition, dst, true)!) ?? "";
    emitDomainEvent(this.#state, domain, DomainEventId.BLOCK_JOB, { path, type, status });
    emitDomainEvent(this.#state, domain, DomainEventId.BLOCK_JOB_2, { dst, type, status });
  }

  /** Begins a backup, which one that serves readers ends only when it is told to. */
  backUp(domain: TestDomain, xml: string): void {
    domain.checkActive();
    const backup = parseRoot(xml, "domainbackup", ErrorDomain.DOMAIN);
    for (const disk of backup.child("disks")?.all("disk") ?? []) {
      targetOf(domain, disk.get("name") ?? "");
    }
    const serves = backup.get("mode") === "pull";
    const job = new DomainJob(this.#state, DomainJobOperation.BACKUP, SIZE);
    this.#jobs.begin(domain, job);
    this.#backups.set(domain.key, backup);
    if (!serves) job.speed = 1024n;
    const done = serves ? untilAborted(job, domain) : job.run(() => !domain.active);
    const end = (type: number) => {
      this.#backups.delete(domain.key);
      this.#jobs.end(this.#state, domain, type);
    };
    done.then(
      () => end(DomainJobType.COMPLETED),
      () => end(serves ? DomainJobType.COMPLETED : DomainJobType.CANCELLED),
    );
  }

  /** The backup that runs. */
  backupOf(domain: TestDomain): XmlElement {
    const backup = this.#backups.get(domain.key);
    if (backup !== undefined) return backup;
    throw refusal(ErrorNumber.NO_DOMAIN_BACKUP, "no domain backup job present");
  }
}

async function untilAborted(job: DomainJob, domain: TestDomain): Promise<void> {
  while (!job.aborted && domain.active) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Handlers of block jobs and backups. */
export function blockJobHandlers(
  { domains }: TestState,
  jobs: BlockJobs,
): RemoteHandlers<CallContext> {
  return {
    domainBlockPull({ dom, path, bandwidth, flags }, context) {
      checkFlags(context, flags, 0x40);
      jobs.begin(domains.of(dom), path, PULL, bandwidth);
    },
    domainBlockCommit({ dom, disk, bandwidth, flags }, context) {
      checkFlags(context, flags, 0x1f);
      const active = (flags & DomainBlockCommitFlags.ACTIVE) !== 0;
      jobs.begin(domains.of(dom), disk, active ? ACTIVE_COMMIT : COMMIT, bandwidth);
    },
    domainBlockCopy({ dom, path, destxml, params, flags }, context) {
      checkFlags(context, flags, 0xf);
      const target = parseRoot(destxml, "disk", ErrorDomain.DOMAIN).child("source");
      if (target === undefined) throw invalidArgument("the copy has no <source>");
      const bandwidth = params.find(({ field }) => field === "bandwidth")?.value ?? 0n;
      jobs.begin(domains.of(dom), path, COPY, BigInt(bandwidth as bigint) / MIB, target);
    },
    domainBlockJobAbort({ dom, path, flags }, context) {
      const { ASYNC, PIVOT } = DomainBlockJobAbortFlags;
      checkFlags(context, flags, ASYNC | PIVOT);
      jobs.abort(domains.of(dom), path, (flags & PIVOT) !== 0);
    },
    domainBlockJobSetSpeed({ dom, path, bandwidth, flags }, context) {
      checkFlags(context, flags, 1);
      const job = jobs.of(domains.of(dom), path);
      if (job === undefined) throw invalidOperation(`disk ${path} has no active block job`);
      job.speed = bandwidth;
    },
    domainGetBlockJobInfo({ dom, path, flags }, context) {
      checkFlags(context, flags, 1);
      const job = jobs.of(domains.of(dom), path);
      return job === undefined
        ? { found: 0, type: 0, bandwidth: 0n, cur: 0n, end: 0n }
        : { found: 1, type: job.type, bandwidth: job.speed, cur: job.cur, end: SIZE };
    },
    domainBackupBegin({ dom, backupXml, flags }, context) {
      checkFlags(context, flags, 1);
      jobs.backUp(domains.of(dom), backupXml);
    },
    domainBackupGetXmlDesc({ dom, flags }, context) {
      checkFlags(context, flags);
      return { xml: printXml(jobs.backupOf(domains.of(dom))) };
    },
  };
}

function targetOf(domain: TestDomain, path: string): string {
  const disk = diskOf(domain.definition, path, true)?.child("target")?.get("dev");
  if (disk !== undefined) return disk;
  throw invalidArgument(`disk '${path}' not found in domain`);
}

function keyOf(domain: TestDomain, disk: string): string {
  return `${domain.key} ${disk}`;
}
