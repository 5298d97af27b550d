import { assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import { LibvirtError } from "../../src/errors.ts";
import { parseDomain } from "../../src/server/test_driver/domain_definition.ts";
import { formatDomain } from "../../src/server/test_driver/domain_format.ts";
import { TestState } from "../../src/server/test_driver/state.ts";
import { test } from "../harness.ts";

const UUID = "11111111-1111-1111-1111-111111111111";

function canonical(xml: string, secure = true): string {
  const { identities } = new TestState({ seed: 1 });
  return formatDomain(parseDomain(xml, identities), { id: -1, secure });
}

function refusal(xml: string): readonly unknown[] {
  const error = assertThrows(() => canonical(xml));
  assertInstanceOf(error, LibvirtError);
  return [error.domain, error.code, error.message];
}

const HEAD = `<domain type='test'><name>a</name><uuid>${UUID}</uuid>`;
const OS = "<os><type>hvm</type></os>";

test("domain xml: the smallest definition gets libvirt's defaults", () => {
  assertEquals(
    canonical(`${HEAD}<memory unit='MiB'>1</memory>${OS}</domain>`),
    `<domain type='test'>
  <name>a</name>
  <uuid>${UUID}</uuid>
  <memory unit='KiB'>1024</memory>
  <currentMemory unit='KiB'>1024</currentMemory>
  <vcpu placement='static'>1</vcpu>
  <os>
    <type arch='i686'>hvm</type>
    <boot dev='hd'/>
  </os>
  <clock offset='utc'/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
  </devices>
</domain>
`,
  );
});

test("domain xml: what is canonical stays as it is", () => {
  const xml = canonical(`${HEAD}<memory>2048</memory><vcpu cpuset='0-2,^1,4' current='1'>2</vcpu>
    ${OS}<devices>
      <interface type='bridge'><source bridge='br0'/></interface>
      <disk><source file='/a'/><target dev='sda'/></disk>
      <graphics type='vnc' listen='0.0.0.0' passwd='secret'/>
      <serial type='pty'/>
    </devices></domain>`);
  assertEquals(canonical(xml), xml);
  assertMatch(xml, /cpuset='0,2,4' current='1'>2</);
  assertMatch(xml, /<mac address='52:54:00:(..):(..):(..)'\/>/);
  assertMatch(xml, /<address type='drive' controller='0' bus='0' target='0' unit='0'\/>/);
  assertMatch(xml, /<controller type='scsi' index='0'\/>/);
  assertMatch(xml, /<console type='pty'>\s+<target type='serial' port='0'\/>/);
  assertMatch(xml, /<model type='cirrus' vram='16384' heads='1' primary='yes'\/>/);
});

test("domain xml: passwords are shown to those who ask for them", () => {
  const xml = `${HEAD}<memory>1</memory>${OS}<devices>
    <graphics type='vnc' passwd='secret'/></devices></domain>`;
  assertMatch(canonical(xml), /passwd='secret'/);
  assertEquals(/secret/.test(canonical(xml, false)), false);
});

test("domain xml: metadata of others is kept", () => {
  const xml = canonical(
    `${HEAD}<metadata><x:a xmlns:x="http://x/"><x:b>t</x:b></x:a></metadata><memory>1</memory>${OS}</domain>`,
  );
  assertMatch(
    xml,
    /<x:a xmlns:x="http:\/\/x\/">\n {6}<x:b>t<\/x:b>\n {4}<\/x:a>\n {2}<\/metadata>/,
  );
});

test("domain xml: unknown elements and attributes are dropped", () => {
  const plain = canonical(`${HEAD}<memory>1</memory>${OS}</domain>`);
  assertEquals(canonical(`${HEAD}<bogus/><memory bogus='1'>1</memory>${OS}</domain>`), plain);
});

// What libvirtd 12.8.0 answers to each.
const REFUSALS: readonly (readonly [xml: string, refusal: readonly unknown[]])[] = [
  ["<network/>", [5, 27, "XML error: expecting root element of 'domain', not 'network'"]],
  [
    `<domain type='test'><memory>1</memory>${OS}</domain>`,
    [20, 21, "missing name information"],
  ],
  [
    `${HEAD}${OS}</domain>`,
    [
      20,
      27,
      "XML error: Memory size must be specified via <memory> or in the <numa> configuration",
    ],
  ],
  [
    `<domain type='test'><name>a/b</name><memory>1</memory>${OS}</domain>`,
    [20, 27, "XML error: name a/b cannot contain '/'"],
  ],
  [
    `${HEAD}<memory>1</memory>${OS}<devices><disk><source file='/a'/><target dev='vda'/></disk>` +
    `<disk><source file='/b'/><target dev='vda'/></disk></devices></domain>`,
    [20, 27, "XML error: target 'vda' duplicated for disk sources '/a' and '/b'"],
  ],
];

test("domain xml: what libvirt refuses is refused with its code, domain and words", () => {
  for (const [xml, expected] of REFUSALS) assertEquals(refusal(xml), expected, xml);
});
