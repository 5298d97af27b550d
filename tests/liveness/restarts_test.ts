import { assert } from "@std/assert";
import { type DaemonVersion, skipWithoutDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import { restartUnderLoad } from "./restarts.ts";

const RESTARTS = 3;

for (const version of ["9", "12"] satisfies DaemonVersion[]) {
  test(`supervised: libvirtd ${version}, restarted ${RESTARTS} times under load`, async () => {
    const report = await restartUnderLoad(version, RESTARTS);
    assert(report.resyncs > RESTARTS, JSON.stringify(report));
    assert(report.answered > 100 * RESTARTS && report.lost > 0, JSON.stringify(report));
    assert(report.events > 0, JSON.stringify(report));
  }, { skip: skipWithoutDaemon(version), timeout: 180_000 });
}
