/**
 * Devices that come to a running domain and go, what definitions are refused for, and processors.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { DomainDefineFlags } from "../../gen/enums/domain.ts";
import { connectBaselineCpu } from "../../gen/remote/connect.ts";
import * as domains from "../../gen/remote/domain.ts";
import type { Session } from "../../src/session/session.ts";
import { test } from "../harness.ts";
import { connected, refused } from "./connected.ts";

async function running(session: Session): Promise<domains.DomainAttachDeviceArgs["dom"]> {
  return (await session.call(domains.domainLookupByName, { name: "test" })).dom;
}

async function xmlOf(session: Session): Promise<string> {
  const dom = await running(session);
  return (await session.call(domains.domainGetXmlDesc, { dom, flags: 0 })).xml;
}

test("devices: an interface is plugged in under a name, and out by it", async () => {
  await using client = await connected();
  const { session } = client;
  const dom = await running(session);
  const xml = "<interface type='bridge'><mac address='52:54:00:00:00:02'/>" +
    "<source bridge='br0'/><script path='/bin/x'/></interface>";
  await session.call(domains.domainAttachDevice, { dom, xml });
  assertStringIncludes(await xmlOf(session), "<alias name='net0'/>");
  const { msgs } = await session.call(domains.domainGetMessages, { dom, flags: 0 });
  assertEquals(msgs, ["tainted: network configuration using opaque shell scripts"]);
  await session.call(domains.domainDetachDeviceAlias, { dom, alias: "net0", flags: 1 });
  assertEquals((await xmlOf(session)).includes("52:54:00:00:00:02"), false);
});

test("devices: what cannot be plugged is refused in libvirt's words", async () => {
  await using client = await connected();
  const { session } = client;
  const dom = await running(session);
  const attempts = {
    "<watchdog model='i6300esb'/>":
      "Operation not supported: live attach of device 'watchdog' is not supported",
    "<interface type='user'/>":
      "Operation not supported: hotplug of interface type of user is not implemented yet",
    "<disk type='file'><source file='/x'/><target dev='sda' bus='scsi'/></disk>":
      "Operation not supported: disk bus 'scsi' cannot be hotplugged.",
    "<disk type='file'><source file='/x'/><target dev='sda' bus='usb'/></disk>":
      "unsupported configuration: Device configuration is not compatible: Domain has no USB bus " +
      "support",
    "<redirfilter/>": "unsupported configuration: unknown device type 'redirfilter'",
  };
  for (const [xml, message] of Object.entries(attempts)) {
    const error = await refused(session.call(domains.domainAttachDevice, { dom, xml }));
    assertEquals(error.message, message);
  }
});

test("devices: a CD comes into its drive, and disks stand in the order of their names", async () => {
  await using client = await connected();
  const { session } = client;
  const disk = (dev: string): string =>
    `<disk type='file'><source file='/${dev}'/><target dev='${dev}' bus='virtio'/></disk>`;
  const xml = "<domain type='test'><name>d</name><memory>1024</memory><os><type>hvm</type></os>" +
    `<devices>${disk("vdc")}${disk("vda")}` +
    "<disk type='file' device='cdrom'><target dev='hdc'/></disk></devices></domain>";
  const { dom } = await session.call(domains.domainCreateXml, { xmlDesc: xml, flags: 0 });
  for (
    const added of [
      disk("vdb"),
      "<disk type='file' device='cdrom'><source file='/new.iso'/><target dev='hdc'/></disk>",
    ]
  ) await session.call(domains.domainAttachDevice, { dom, xml: added });
  const shown = (await session.call(domains.domainGetXmlDesc, { dom, flags: 0 })).xml;
  assertEquals([...shown.matchAll(/<target dev='(\w+)'/g)].map(([, dev]) => dev), [
    "vda",
    "vdb",
    "vdc",
    "hdc",
  ]);
  assertStringIncludes(shown, "<source file='/new.iso'/>");
});

test("devices: validation refuses what no schema knows, and nothing else", async () => {
  await using client = await connected();
  const { session } = client;
  const flags = DomainDefineFlags.VALIDATE;
  const xml = (body: string): string =>
    `<domain type='test'><name>v</name><memory>1024</memory><os><type>hvm</type></os>${body}</domain>`;
  const file = "XML document failed to validate against schema: Unable to validate doc against " +
    "/usr/share/libvirt/schemas/domain.rng\n";
  for (
    const [body, message] of [
      ["<foo/>", "Element domain has extra content: foo\n"],
      [
        "<devices><foo/></devices>",
        "Extra element devices in interleave\nElement domain failed to validate content\n",
      ],
    ]
  ) {
    const error = await refused(
      session.call(domains.domainDefineXmlFlags, { xml: xml(body!), flags }),
    );
    assertEquals(error.message, file + message);
  }
  await session.call(domains.domainDefineXmlFlags, {
    xml: xml("<metadata><x:y xmlns:x='http://x/'/></metadata>"),
    flags,
  });
});

test("devices: what two processors have in common", async () => {
  await using client = await connected();
  const { session } = client;
  const cpu = (model: string): string => `<cpu><arch>x86_64</arch><model>${model}</model></cpu>`;
  const { cpu: common } = await session.call(connectBaselineCpu, {
    xmlCpUs: [cpu("Cascadelake-Server"), cpu("Icelake-Server")],
    flags: 0,
  });
  assertEquals(
    common,
    "<cpu mode='custom' match='exact'>\n  <model fallback='allow'>Cascadelake-Server</model>\n" +
      "  <feature policy='disable' name='mpx'/>\n</cpu>\n",
  );
  const unlike = await refused(session.call(connectBaselineCpu, {
    xmlCpUs: ["<cpu><arch>x86_64</arch><model>nosuch</model></cpu>"],
    flags: 0,
  }));
  assertEquals(unlike.message, "internal error: Unknown CPU model nosuch");
});
