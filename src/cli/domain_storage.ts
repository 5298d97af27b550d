/**
 * The volumes that a domain's disks are, to be removed with it.
 *
 * @module
 */

import { DomainXmlFlags } from "../../gen/enums/domain.ts";
import { StorageVolDeleteFlags } from "../../gen/enums/storage.ts";
import { isNotFound } from "../errors.ts";
import type { Domain, StorageVol } from "../objects/mod.ts";
import { disksOf } from "./devices.ts";
import { explain } from "./explain.ts";
import { CommandError, UsageError } from "./failures.ts";
import type { Invocation } from "./invocation.ts";

/** The volumes that `--storage` names, or all that `--remove-all-storage` means. */
export async function volumesOf(run: Invocation, domain: Domain): Promise<StorageVol[]> {
  const names = run.text("storage")?.split(",").map((name) => name.trim());
  const all = run.flag("removeAllStorage");
  if (names === undefined && !all) {
    for (const option of ["wipe-storage", "delete-storage-volume-snapshots"]) {
      if (run.flag(option.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()))) {
        throw new UsageError(`--${option} needs --storage or --remove-all-storage`);
      }
    }
    return [];
  }
  if (await domain.isActive(run.call)) {
    throw new CommandError(
      `Cannot remove the volumes of domain "${domain.name}": it runs; stop it first`,
    );
  }
  const disks = disksOf(await domain.getXmlDesc(run.flags(DomainXmlFlags.INACTIVE)))
    .filter(({ source }) => source !== null);
  const unknown = names?.find((name) => !disks.some((disk) => isOf(disk, name)));
  if (unknown !== undefined) {
    throw new CommandError(
      `Domain "${domain.name}" has no disk "${unknown}"; "domblklist" shows what it has`,
    );
  }
  // what is only lent to a guest, an installation medium say, others may need as well
  const chosen = disks.filter((disk) =>
    names?.some((name) => isOf(disk, name)) ?? /^(disk|lun)$/.test(disk.device)
  );
  const volumes = await Promise.all(chosen.map(async ({ type, target, source }) => {
    try {
      return await findVolumeOf(run, type, source!);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      run.out.notice(`The disk ${target}, "${source}", is not in any pool: remove it yourself`);
      return undefined;
    }
  }));
  return volumes.filter((volume) => volume !== undefined);
}

function isOf({ target, source }: { target: string; source: string | null }, name: string) {
  return name === target || name === source;
}

async function findVolumeOf(run: Invocation, type: string, source: string): Promise<StorageVol> {
  const conn = await run.connect();
  if (type !== "volume") return await conn.lookupStorageVolByPath(source, run.call);
  const [pool = "", ...name] = source.split("/");
  return await (await conn.lookupStoragePoolByName(pool, run.call))
    .lookupVolumeByName(name.join("/"), run.call);
}

/** Removes them one after the other; those that can be, where others cannot. */
export async function removeVolumes(
  run: Invocation,
  volumes: readonly StorageVol[],
): Promise<void> {
  let failed = 0;
  for (const volume of volumes) {
    try {
      if (run.flag("wipeStorage")) await volume.wipe(run.call);
      await volume.delete(run.flags(
        run.flag("deleteStorageVolumeSnapshots") && StorageVolDeleteFlags.WITH_SNAPSHOTS,
      ));
      run.out.message(`Volume "${volume.name}" of pool "${volume.poolName}" removed`);
    } catch (error) {
      run.signal.throwIfAborted();
      failed++;
      run.out.notice(`Cannot remove the volume "${volume.name}": ${explain(error)}`);
    }
  }
  if (failed > 0) throw new CommandError(`${failed} of ${volumes.length} volumes are still there`);
}
