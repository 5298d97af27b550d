import { assert, assertEquals, assertThrows } from "@std/assert";
import { lxcDispatch } from "../../gen/lxc/dispatch.ts";
import { qemuDispatch } from "../../gen/qemu/dispatch.ts";
import { remoteDispatch } from "../../gen/remote/dispatch.ts";
import { type FilterRules, ProcedureFilter, type Verdict } from "../../src/proxy/filter.ts";
import { test } from "../harness.ts";

const REMOTE = 0x20008086;

function named(rules: FilterRules, verdict: Verdict): string[] {
  return new ProcedureFilter(rules).procedures()
    .filter((each) => each.verdict === verdict).map(({ name }) => name);
}

const DISPATCHED = [remoteDispatch, qemuDispatch, lxcDispatch];

test("proxy filter: every procedure of every program is judged under its own name", () => {
  const filter = new ProcedureFilter({ preset: "monitor" });
  let count = 0;
  for (const { program, procedures } of DISPATCHED) {
    for (const [number, { name }] of Object.entries(procedures)) {
      assertEquals(filter.judge(program.number, Number(number)).name, name);
      count++;
    }
  }
  assertEquals(filter.procedures().length, count);
  assert(count > 400);
});

test("proxy filter: monitor lets through what looks, and nothing else", () => {
  const looking = new RegExp(
    "Get|List|Lookup|Num|Is[A-Z]|Has|Stats|Addresses|Compare|Baseline|Supports|Current|" +
      "EventRegister|EventDeregister|EventCallbackRegister|EventCallbackDeregister|" +
      "egisterCloseCallback|^connect(Open|Close)$|^authList$",
  );
  const events = [
    "qemuConnectDomainMonitorEventRegister",
    "qemuConnectDomainMonitorEventDeregister",
  ];
  const passed = [
    ...named({ preset: "monitor" }, "pass"),
    ...named({ preset: "monitor" }, "depends"),
  ];
  assertEquals(passed.filter((name) => !looking.test(name) && !events.includes(name)), []);
  for (const name of passed) {
    assert(
      !/(Set|Create|Define|Destroy|Undefine|Attach|Detach|Upload|Save(?!GetXml))/.test(
        name.replace(/^connectListDefined|^connectNumOfDefined/, "").replace(
          "ManagedSaveImage",
          "",
        ),
      ),
      name,
    );
  }
});

test("proxy filter: a note of libvirt's that says too little does not open monitor", () => {
  const filter = new ProcedureFilter({ preset: "monitor" });
  assertEquals(filter.judge(REMOTE, 58).name, "domainSetSchedulerParameters");
  assertEquals(filter.judge(REMOTE, 58).verdict, "refuse");
});

test("proxy filter: operate starts and stops, and changes no definition, disk or file", () => {
  const monitor = new Set(named({ preset: "monitor" }, "pass"));
  const more = named({ preset: "operate" }, "pass").filter((name) => !monitor.has(name));
  assertEquals(more.sort(), [
    "domainCreate",
    "domainCreateWithFlags",
    "domainDestroy",
    "domainDestroyFlags",
    "domainFsfreeze",
    "domainFsthaw",
    "domainFstrim",
    "domainGetFsinfo",
    "domainInjectNmi",
    "domainManagedSave",
    "domainManagedSaveRemove",
    "domainOpenChannel",
    "domainOpenConsole",
    "domainPmSuspendForDuration",
    "domainPmWakeup",
    "domainReset",
    "domainResume",
    "domainScreenshot",
    "domainSendKey",
    "domainSendProcessSignal",
    "domainSetTime",
    "domainShutdown",
    "domainSuspend",
    "interfaceCreate",
    "interfaceDestroy",
    "networkCreate",
    "networkDestroy",
    "nodeDeviceCreate",
    "nodeDeviceDestroy",
    "storagePoolCreate",
    "storagePoolDestroy",
    "storagePoolRefresh",
  ]);
  const depending = named({ preset: "operate" }, "depends");
  assert(depending.includes("domainReboot") && depending.includes("domainShutdownFlags"));
});

test("proxy filter: all lets all through but what no WebSocket carries, and who we are", () => {
  const rules: FilterRules = { preset: "all" };
  assertEquals(named(rules, "refuse"), []);
  assertEquals(named(rules, "depends"), []);
  assertEquals(named(rules, "descriptors").sort(), [
    "domainCreateWithFiles",
    "domainCreateXmlWithFiles",
    "domainFdAssociate",
    "domainOpenGraphics",
    "domainOpenGraphicsFd",
    "lxcDomainOpenNamespace",
    "qemuDomainMonitorCommandWithFiles",
  ]);
  assertEquals(named(rules, "authentication").sort(), [
    "authPolkit",
    "authSaslInit",
    "authSaslStart",
    "authSaslStep",
  ]);
});

test("proxy filter: secrets are seen by nobody who only looks or operates", () => {
  for (const preset of ["monitor", "operate"] as const) {
    const filter = new ProcedureFilter({ preset });
    const xml = filter.judge(REMOTE, 14);
    assertEquals(xml.name, "domainGetXmlDesc");
    assertEquals(xml.verdict, "depends");
    assertEquals(xml.refusedIf.map(({ fromEnd, mask, set }) => [fromEnd, mask, set]), [
      [4, 1, true], // VIR_DOMAIN_XML_SECURE
      [4, 8, true], // VIR_DOMAIN_XML_MIGRATABLE, which has the secrets too
    ]);
    // asking the guest's agent is writing; which source is asked stands before the flags
    const addresses = filter.procedures().find(({ name }) => name === "domainInterfaceAddresses")!;
    assertEquals(addresses.refusedIf.map(({ fromEnd, mask, set }) => [fromEnd, mask, set]), [
      [8, 1, true],
    ]);
    for (const name of ["secretGetValue", "domainBlockPeek", "domainMemoryPeek"]) {
      assert(named({ preset }, "refuse").includes(name), name);
    }
    for (const name of ["storageVolDownload", "storageVolUpload", "connectSetIdentity"]) {
      assert(named({ preset }, "refuse").includes(name), name);
    }
  }
});

test("proxy filter: what is newer than the table passes only where all does", () => {
  for (const preset of ["monitor", "operate", "all"] as const) {
    const { verdict } = new ProcedureFilter({ preset }).judge(REMOTE, 9999);
    assertEquals(verdict, preset === "all" ? "pass" : "refuse");
  }
});

test("proxy filter: procedures and permissions are allowed and denied by name", () => {
  const allowed = named(
    { preset: "monitor", allow: ["storageVolUpload", "domain:start", "domain:write"] },
    "pass",
  );
  assert(allowed.includes("storageVolUpload"));
  assert(allowed.includes("domainCreateXml"));
  assert(!allowed.includes("domainDestroy"));
  const denied = named({ preset: "operate", deny: ["domainDestroy", "domain:suspend"] }, "pass");
  assert(!denied.includes("domainDestroy") && !denied.includes("domainSuspend"));
  assert(denied.includes("domainReset"));
  assert(!named({ preset: "all", deny: ["domain:write"] }, "pass").includes("domainCreateXml"));
});

test("proxy filter: a name that there is not is an error, not a hole", () => {
  assertThrows(
    () => new ProcedureFilter({ preset: "all", deny: ["domainDestory"] }),
    TypeError,
    "domainDestory",
  );
  assertThrows(() => new ProcedureFilter({ preset: "read" as "all" }), TypeError, "monitor");
});
