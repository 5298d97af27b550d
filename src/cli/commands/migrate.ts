/**
 * Moving domains to other hosts.
 *
 * @module
 */

import { connect } from "../../../mod.ts";
import { DomainMigrateFlags } from "../../../gen/enums/domain.ts";
import type { JobProgress } from "../../migration/job_progress.ts";
import type { MigrateParams } from "../../migration/options.ts";
import type { Handlers } from "../command.ts";
import type { Invocation } from "../invocation.ts";
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
  ["copyStorageAll", DomainMigrateFlags.NON_SHARED_DISK],
  ["copyStorageInc", DomainMigrateFlags.NON_SHARED_INC],
  ["unsafe", DomainMigrateFlags.UNSAFE],
  ["autoConverge", DomainMigrateFlags.AUTO_CONVERGE],
];

function paramsOf(run: Invocation): MigrateParams {
  const [name, uri, bandwidth] = [
    run.text("dname"),
    run.text("migrateuri"),
    run.count("bandwidth"),
  ];
  return {
    ...(name === undefined ? {} : { destination_name: name }),
    ...(uri === undefined ? {} : { migrate_uri: uri }),
    ...(bandwidth === undefined ? {} : { bandwidth }),
  };
}

async function migrate(run: Invocation): Promise<void> {
  const flags = FLAGS.reduce((all, [option, flag]) => all | (run.flag(option) ? flag : 0), 0);
  const desturi = run.argument("desturi");
  const domain = await findDomain(run);
  {
    using bar = new TransferBar(run.out, domain.name);
    const options = {
      flags,
      params: paramsOf(run),
      signal: run.signal,
      timeout: run.settings.timeout,
      onProgress: (progress: JobProgress) => bar.report(asTransfer(progress)),
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
  run.out.message(`Domain "${domain.name}" migrated to ${desturi}`);
}

function asTransfer({ elapsed, remaining, dataTotal, dataProcessed, rate, state }: JobProgress) {
  const seconds = Number(elapsed ?? 0n) / 1000;
  return {
    bytes: dataProcessed,
    holeBytes: 0n,
    total: dataTotal === 0n ? undefined : dataTotal,
    seconds,
    rate: Number(rate ?? 0n) || (seconds > 0 ? Number(dataProcessed) / seconds : 0),
    secondsLeft: remaining === undefined || remaining === 0n ? undefined : Number(remaining) / 1000,
    done: state === "COMPLETED",
  };
}

/** The commands of this file. */
export const handlers: Handlers = { migrate };
