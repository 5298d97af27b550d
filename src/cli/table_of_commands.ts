/**
 * Every command there is.
 *
 * @module
 */

import type { CommandGroup } from "./command.ts";
import {
  CONSOLE,
  DOMAIN_CHANGE,
  DOMAIN_LOOK,
  DOMAIN_XML,
  EVENTS,
  MIGRATE,
} from "./specs/domain.ts";
import { HOST, NODE_DEVICES, TOOLS, TOP } from "./specs/host.ts";
import { NETWORKS, OTHERS } from "./specs/network.ts";
import { SNAPSHOTS } from "./specs/snapshot.ts";
import { POOLS, VOLUME_TRANSFER, VOLUMES } from "./specs/storage.ts";

/** The groups in the order of the help. */
export const GROUPS: readonly CommandGroup[] = [
  DOMAIN_LOOK,
  DOMAIN_CHANGE,
  DOMAIN_XML,
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
