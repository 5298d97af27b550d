import { assert, assertEquals } from "@std/assert";
import { startGuest } from "./guest_domain.ts";
import { refusal, refusalCodes } from "./refusal.ts";
import { spec } from "./targets.ts";

const ADDRESS = {
  name: "testnet0",
  hwaddr: "52:54:00:00:00:01",
  addrs: [{ type: 0, addr: "192.168.122.23", prefix: 24 }],
};

spec("domain guest", {
  "freezes, thaws and trims file systems": async (conn) => {
    const domain = await startGuest(conn);
    assertEquals([await domain.fsFreeze(), await domain.fsFreeze()], [2, 0]);
    assertEquals([await domain.fsThaw(), await domain.fsThaw()], [2, 0]);
    assertEquals(await domain.fsFreeze({ mountpoints: ["/"] }), 1);
    assertEquals(await domain.fsThaw({ mountpoints: ["/"] }), 1);
    await domain.fsTrim();
    const [code] = await refusal(domain.fsTrim({ mountPoint: "/no" }));
    assertEquals(code, "OPERATION_INVALID");
  },
  "tells file systems, host name and addresses": async (conn) => {
    const domain = await startGuest(conn);
    const found = (await domain.getFsInfo()).map(({ mountpoint, name }) => [mountpoint, name]);
    assertEquals(found, [["/", "vda1"], ["/boot", "vda2"]]);
    assertEquals(await domain.getHostname(), "guesthost");
    assertEquals(await domain.interfaceAddresses(0), [ADDRESS]);
  },
  "tells disks": async (conn) => {
    const domain = await startGuest(conn);
    assertEquals(await domain.getBlockInfo("vda"), {
      allocation: 1099511627776n,
      capacity: 1099506450432n,
      physical: 1099511627776n,
    });
    assertEquals(await domain.getDiskErrors(), [{ disk: "vda", error: 1 }]);
    assert((await domain.blockStats("vda")).rdReq > 0n);
    assertEquals((await refusal(domain.blockStats("no")))[0], "INVALID_ARG");
  },
  "tells control, time and messages": async (conn) => {
    const domain = await startGuest(conn);
    assertEquals(await domain.getControlInfo(), { state: 0, details: 0, stateTime: 0n });
    await domain.setTime(5n, { nseconds: 6 });
    assertEquals(await domain.getTime(), { seconds: 5n, nseconds: 6 });
    assertEquals(await domain.getMessages(), []);
    assertEquals(await domain.getSecurityLabel(), { label: "libvirt-test", enforcing: true });
    assertEquals(await domain.isUpdated(), false);
  },
  "takes keys, signals, a password and an NMI": async (conn) => {
    const domain = await startGuest(conn);
    await domain.sendKey(0, 100, [30, 31]);
    assertEquals((await refusal(domain.sendKey(2, 100, [99999])))[0], "INTERNAL_ERROR");
    await domain.sendProcessSignal(1n, 15);
    assertEquals((await refusal(domain.sendProcessSignal(2n, 15)))[0], "INVALID_ARG");
    await domain.setUserPassword("root", "secret");
    await domain.injectNmi();
  },
  "reboots and resets": async (conn) => {
    const domain = await startGuest(conn);
    await domain.reboot();
    await domain.reset();
    assertEquals((await domain.getState()).state, 1);
  },
  "updates a device": async (conn) => {
    const domain = await startGuest(conn);
    const disk = "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>" +
      "<source file='/x.img'/><target dev='vda' bus='virtio'/></disk>";
    await domain.updateDevice(disk);
  },
  "needs a balloon for statistics": async (conn) => {
    const domain = await startGuest(conn);
    assertEquals((await refusal(domain.setMemoryStatsPeriod(2)))[0], "INTERNAL_ERROR");
  },
});

spec("what the test driver lacks", {
  "of jobs, backups and blocks": async (conn) => {
    const domain = await startGuest(conn);
    const calls = [
      domain.abortJob(),
      domain.getJobInfo(),
      domain.getJobStats(),
      domain.backupBegin("<domainbackup/>"),
      domain.backupGetXmlDesc(),
      domain.blockCommit("vda"),
      domain.blockCopy("vda", "<disk/>", {}),
      domain.blockJobAbort("vda"),
      domain.blockJobSetSpeed("vda", 1n),
      domain.blockPeek("vda", 0n, 10),
      domain.blockPull("vda"),
      domain.blockRebase("vda"),
      domain.blockResize("vda", 1048576n),
      domain.blockStatsFlags("vda"),
      domain.getBlockJobInfo("vda"),
      domain.setBlockThreshold("vda", 10n),
      domain.managedSaveGetXmlDesc(),
    ];
    assertEquals(await refusalCodes(calls), ["NO_SUPPORT"]);
  },
  "of migration, power and the agent": async (conn) => {
    const domain = await startGuest(conn);
    const calls = [
      domain.migrateGetMaxSpeed(),
      domain.migrateGetMaxDowntime(),
      domain.migrateGetCompressionCache(),
      domain.migrateSetCompressionCache(1n),
      domain.migrateSetMaxDowntime(1n),
      domain.migrateSetMaxSpeed(1n),
      domain.migrateStartPostCopy(),
      domain.pmSuspendForDuration(0),
      domain.pmWakeup(),
      domain.startDirtyRateCalc(1),
      domain.setLaunchSecurityState({ "sev-secret": "x" }),
      domain.agentSetResponseTimeout(5),
      domain.authorizedSshKeysGet("root"),
      domain.authorizedSshKeysSet("root", ["ssh-ed25519 AAAA"]),
      domain.getGuestInfo(0),
      domain.getGuestVcpus(),
      domain.setGuestVcpus("0", true),
      domain.setVcpu("1", false),
      domain.detachDevice("<disk/>"),
    ];
    assertEquals(await refusalCodes(calls), ["NO_SUPPORT"]);
  },
  "of what came after libvirt 9.0": async (conn) => {
    const domain = await startGuest(conn);
    const calls = [
      domain.announceInterface("vnet9", {}),
      domain.delThrottleGroup("group"),
      domain.setThrottleGroup("group", { total_bytes_sec: 1n }),
      domain.getAutostartOnce(),
      domain.setAutostartOnce(true),
      domain.graphicsReload(0),
    ];
    assertEquals(await refusalCodes(calls), ["NO_SUPPORT"]);
  },
});
