/**
 * A volume that is nearly all holes.
 *
 * @module
 */

import { connect, isHole } from "../../mod.ts";
import type { BenchOptions } from "./main.ts";
import { Mark } from "./mark.ts";
import { report, volume } from "./vol.ts";

/** Downloads volume `sparse`, its holes as such. */
export async function sparse({ uri, reps }: BenchOptions): Promise<void> {
  await using conn = await connect(uri);
  const source = await volume(conn, "sparse");
  for (let rep = 1; rep <= reps; rep++) {
    const mark = new Mark();
    let bytes = 0;
    let holes = 0n;
    for await (const chunk of await source.download({ sparse: true })) {
      if (isHole(chunk)) holes += chunk.hole;
      else bytes += chunk.length;
    }
    report(mark, "vol-download-sparse", rep, bytes, Number(holes));
  }
}
