/**
 * Every command there is.
 *
 * @module
 */

import type { CommandGroup } from "./command.ts";
import { DOMAIN_LOOK, DOMAIN_STATS } from "./specs/domain.ts";
import { DOMAIN_CHANGE, DOMAIN_XML } from "./specs/domain_change.ts";
import { DOMAIN_DEVICES, DOMAIN_FILES } from "./specs/domain_devices.ts";
import { CONSOLE, EVENTS } from "./specs/domain_live.ts";
import { HOST, NODE_DEVICES, TOOLS, TOP } from "./specs/host.ts";
import { MIGRATE } from "./specs/migrate.ts";
import { NETWORKS, OTHERS } from "./specs/network.ts";
import { SNAPSHOTS } from "./specs/snapshot.ts";
import { POOLS, VOLUME_TRANSFER, VOLUMES } from "./specs/storage.ts";

/** The groups in the order of the help. */
export const GROUPS: readonly CommandGroup[] = [
  DOMAIN_LOOK,
  DOMAIN_STATS,
  DOMAIN_CHANGE,
  DOMAIN_XML,
  DOMAIN_DEVICES,
  DOMAIN_FILES,
  CONSOLE,
  MIGRATE,
  SNAPSHOTS,
  NETWORKS,
  POOLS,
  VOLUMES,
  VOLUME_TRANSFER,
  NODE_DEVICES,
  OTHERS,
  HOST,
  EVENTS,
  TOP,
  TOOLS,
];
