/**
 * Moving domains to other hosts.
 *
 * @module
 */

import { connect } from "../../../mod.ts";
import { DomainMigrateFlags } from "../../../gen/enums/domain.ts";
import type { JobProgress } from "../../migration/job_progress.ts";
import type { MigrateParams } from "../../migration/options.ts";
import type { Domain } from "../../objects/mod.ts";
import { withoutSecrets } from "../../uri/secrets.ts";
import type { Handlers } from "../command.ts";
import { explain } from "../explain.ts";
import { UsageError } from "../failures.ts";
import { readText } from "../files.ts";
import type { Invocation } from "../invocation.ts";
import { asTransfer } from "../job_bar.ts";
import { findDomain } from "../lookup.ts";
import { TransferBar } from "../progress.ts";

const FLAGS: readonly (readonly [option: string, flag: number])[] = [
  ["live", DomainMigrateFlags.LIVE],
  ["p2p", DomainMigrateFlags.PEER2PEER],
  ["tunnelled", DomainMigrateFlags.TUNNELLED],
  ["persistent", DomainMigrateFlags.PERSIST_DEST],
  ["undefinesource", DomainMigrateFlags.UNDEFINE_SOURCE],
  ["suspend", DomainMigrateFlags.PAUSED],
  ["offline", DomainMigrateFlags.OFFLINE],
  ["changeProtection", DomainMigrateFlags.CHANGE_PROTECTION],
  ["unsafe", DomainMigrateFlags.UNSAFE],
  ["abortOnError", DomainMigrateFlags.ABORT_ON_ERROR],
  ["copyStorageAll", DomainMigrateFlags.NON_SHARED_DISK],
  ["copyStorageInc", DomainMigrateFlags.NON_SHARED_INC],
  ["copyStorageSynchronousWrites", DomainMigrateFlags.NON_SHARED_SYNCHRONOUS_WRITES],
  ["compressed", DomainMigrateFlags.COMPRESSED],
  ["autoConverge", DomainMigrateFlags.AUTO_CONVERGE],
  ["postcopy", DomainMigrateFlags.POSTCOPY],
  ["postcopyResume", DomainMigrateFlags.POSTCOPY_RESUME],
  ["parallel", DomainMigrateFlags.PARALLEL],
  ["zerocopy", DomainMigrateFlags.ZEROCOPY],
  ["rdmaPinAll", DomainMigrateFlags.RDMA_PIN_ALL],
  ["tls", DomainMigrateFlags.TLS],
];

async function paramsOf(run: Invocation): Promise<MigrateParams> {
  const list = (option: string) => run.text(option)?.split(",").map((each) => each.trim());
  const file = async (option: string) => {
    const path = run.text(option);
    return path === undefined ? undefined : await readText(path);
  };
  return {
    destination_name: run.text("dname"),
    destination_xml: await file("xml"),
    persistent_xml: await file("persistentXml"),
    migrate_uri: run.text("migrateuri"),
    graphics_uri: run.text("graphicsuri"),
    listen_address: run.text("listenAddress"),
    bandwidth: run.count("bandwidth"),
    "bandwidth.postcopy": run.count("postcopyBandwidth"),
    migrate_disks: list("migrateDisks"),
    disks_port: run.count("disksPort"),
    disks_uri: run.text("disksUri"),
    compression: list("compMethods"),
    "compression.mt.level": run.count("compMtLevel"),
    "compression.mt.threads": run.count("compMtThreads"),
    "compression.mt.dthreads": run.count("compMtDthreads"),
    "compression.xbzrle.cache": run.size("compXbzrleCache"),
    "auto_converge.initial": run.count("autoConvergeInitial"),
    "auto_converge.increment": run.count("autoConvergeIncrement"),
    "parallel.connections": run.count("parallelConnections"),
    "tls.destination": run.text("tlsDestination"),
  };
}

/** What is done to one that takes longer than `--timeout`; nothing where it is to be stopped. */
function onTimeout(run: Invocation, domain: Domain): (() => Promise<void>) | undefined {
  const [suspend, postcopy] = [run.flag("timeoutSuspend"), run.flag("timeoutPostcopy")];
  if (!suspend && !postcopy) return undefined;
  if (suspend && postcopy) {
    throw new UsageError("Cannot combine --timeout-suspend with --timeout-postcopy");
  }
  if (run.settings.timeout === undefined) {
    throw new UsageError("--timeout-suspend and --timeout-postcopy need --timeout");
  }
  const { signal } = run;
  return () => suspend ? domain.suspend({ signal }) : domain.migrateStartPostCopy({ signal });
}

async function migrate(run: Invocation): Promise<void> {
  const flags = FLAGS.reduce((all, [option, flag]) => all | (run.flag(option) ? flag : 0), 0);
  const desturi = run.argument("desturi");
  const params = await paramsOf(run);
  const domain = await findDomain(run);
  const late = onTimeout(run, domain);
  {
    using bar = new TransferBar(run.out, domain.name);
    using _timer = late &&
      new Timer(
        run.settings.timeout!,
        () => late().catch((error) => run.out.notice(`Warning: ${explain(error)}`)),
      );
    let isPostCopy = !run.flag("postcopyAfterPrecopy");
    const options = {
      flags,
      params,
      signal: run.signal,
      timeout: late === undefined ? run.settings.timeout : undefined,
      onProgress: (progress: JobProgress) => {
        bar.report(asTransfer(progress));
        if (isPostCopy || (progress.iteration ?? 0) < 2) return;
        isPostCopy = true;
        domain.migrateStartPostCopy({ signal: run.signal })
          .catch((error) => run.out.notice(`Warning: ${explain(error)}`));
      },
    };
    if (run.flag("p2p")) {
      await domain.migrateToUri(desturi, options);
    } else {
      await using there = await connect(desturi, run.connectOptions);
      await domain.migrate(there, {
        ...options,
        onWarning: (warning) => run.out.notice(`Warning: ${warning}`),
      });
    }
  }
  run.out.message(`Domain "${domain.name}" migrated to ${withoutSecrets(desturi)}`);
}

/** Does something once, unless it is disposed of before. */
class Timer implements Disposable {
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor(ms: number, action: () => unknown) {
    this.#timer = setTimeout(action, ms);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

/** The commands of this file. */
export const handlers: Handlers = { migrate };
