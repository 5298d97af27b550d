/**
 * The types that numbers get in typed parameters, against what a real daemon says it expects.
 */

import { assertEquals } from "@std/assert";
import * as tables from "../../gen/enums/typed_param_fields.ts";
import { domainMigrateBegin3Params } from "../../gen/remote/domain.ts";
import { connect } from "../../mod.ts";
import type { Connection } from "../../src/connection.ts";
import type { Domain } from "../../src/objects/domain.ts";
import { TypedParamType } from "../../src/xdr/typed_param.ts";
import { type DaemonVersion, skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";

const GUEST = `<domain type='qemu'><name>tiny</name><memory unit='MiB'>64</memory>
  <iothreads>1</iothreads><os><type arch='x86_64' machine='pc'>hvm</type></os><devices>
  <disk type='file' device='disk'><source file='/none.img'/><target dev='vda' bus='virtio'/></disk>
  <interface type='user'><mac address='52:54:00:11:22:33'/></interface></devices></domain>`;

type Params = Record<string, string | boolean>;

/** What takes each family of parameters. */
function callsOf(conn: Connection, domain: Domain): Record<string, (p: Params) => Promise<void>> {
  const config = { flags: 2 };
  return {
    announceInterfaceFields: (p) => domain.announceInterface(null, p),
    blkioFields: (p) => domain.setBlkioParameters(p, config),
    blockCopyFields: (p) => domain.blockCopy("vda", "<disk/>", p),
    blockIoTuneFields: (p) => domain.setBlockIoTune("vda", p, config),
    interfaceFields: (p) => domain.setInterfaceParameters("52:54:00:11:22:33", p, config),
    ioThreadFields: (p) => domain.setIoThreadParams(1, p, config),
    launchSecurityFields: (p) => domain.setLaunchSecurityState(p),
    memoryFields: (p) => domain.setMemoryParameters(p, config),
    migrateFields: async (p) => {
      const params = Object.entries(p).map(([field, value]) => (
        { field, type: value === "" ? TypedParamType.STRING : TypedParamType.BOOLEAN, value }
      ));
      const args = { dom: domain.handle, params, flags: 1 };
      await conn.caller.call(domainMigrateBegin3Params, args);
    },
    nodeMemoryFields: (p) => conn.setNodeMemoryParameters(p),
    numaFields: (p) => domain.setNumaParameters(p, config),
    perfFields: (p) => domain.setPerfEvents(p, config),
    // without a file libvirt 9.0.0 and 12.8.0 never unlock the inactive domain again
    saveFields: (p) => domain.saveParams({ file: "/none", ...p }, { timeout: 10_000 }),
    schedulerFields: (p) => domain.setSchedulerParameters(p, config),
  };
}

/** The types that the daemon asks for when it is given one of another; none if it knows no such field. */
async function expectedTypes(call: (p: Params) => Promise<void>, field: string): Promise<string[]> {
  for (const [value, given] of [["", "string"], [true, "boolean"]] as const) {
    const text = await call({ [field]: value }).then(() => "", String);
    // the two types stand in either order: libvirt 12.8 swapped them
    const match = /invalid type '([^']+)' for parameter .* expected '([^']+)'/.exec(text);
    if (match === null) continue;
    return (match[1] === given ? match[2]! : match[1]!).split(", ");
  }
  return [];
}

for (const version of ["9", "12"] as readonly DaemonVersion[]) {
  test(`libvirtd ${version} expects the types that numbers are given`, async () => {
    await using daemon = await startDaemon(version);
    await using conn = await connect(`qemu+unix:///system?socket=${daemon.socket}`);
    const calls = callsOf(conn, await conn.defineDomainXml(GUEST));
    const names = new Map(
      Object.entries(TypedParamType).map(([name, type]) => [type as number, name.toLowerCase()]),
    );
    const wrong: string[] = [];
    let checked = 0;
    for (const [family, table] of Object.entries(tables)) {
      const call = calls[family];
      if (call === undefined) continue;
      for (const [field, type] of Object.entries(table)) {
        const expected = await expectedTypes(call, field);
        if (expected.length === 0) continue;
        checked++;
        if (!expected.includes(names.get(type)!)) wrong.push(`${family} ${field}: ${expected}`);
      }
    }
    assertEquals(wrong, []);
    assertEquals(checked > 80, true, `only ${checked} fields were checked`);
  }, { skip: skipWithoutDaemon(version) });
}
