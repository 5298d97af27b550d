/**
 * Whether a change is of the definition, of the running domain, or of both.
 *
 * @module
 */

import { DomainModificationImpact } from "../../gen/enums/domain.ts";
import type { Domain } from "../objects/mod.ts";
import { UsageError } from "./failures.ts";
import type { Invocation } from "./invocation.ts";

/** `--config`, `--live` and `--current`: the same bits for all that has them. */
export function impact(run: Invocation): number {
  const [config, live] = [run.flag("config"), run.flag("live")];
  if (run.flag("current") && (config || live)) {
    throw new UsageError("Cannot combine --current with --config or --live: it stands for either");
  }
  return (config ? DomainModificationImpact.CONFIG : 0) |
    (live ? DomainModificationImpact.LIVE : 0);
}

/** The same for devices: `--persistent` is both where the domain runs. */
export async function deviceImpact(run: Invocation, domain: Domain): Promise<number> {
  const flags = impact(run);
  if (!run.flag("persistent")) return flags;
  const { CONFIG, LIVE } = DomainModificationImpact;
  return flags | CONFIG | (await domain.isActive(run.call) ? LIVE : 0);
}
