import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { parseXml } from "../../src/xml/parse.ts";
import { dumpXml, printXml } from "../../src/xml/print.ts";
import { conform, parseShape, type ShapeRules } from "../../src/xml/shape.ts";
import { XmlSyntaxError } from "../../src/xml/well_formed.ts";
import { test } from "../harness.ts";

// What libvirtd 12.8.0 answers to each of these as a domain definition.
const FAULTS: readonly (readonly [document: string, message: string])[] = [
  ["", "at line 1: Document is empty\n"],
  ["hello", "at line 1: Start tag expected, '<' not found\nhello\n^"],
  ["<domain>", "at line 1: Premature end of data in tag domain line 1\n<domain>\n--------^"],
  [
    "<domain>\n  <name>x</name>\n  <uuid>1</uid>\n</domain>",
    "at line 3: Opening and ending tag mismatch: uuid line 3 and uid\n  <uuid>1</uid>\n---------------^",
  ],
  ["<a b=c/>", "at line 1: AttValue: \" or ' expected\n<a b=c/>\n-----^"],
  ['<a b="1" b="2"/>', 'at line 1: Attribute b redefined\n<a b="1" b="2"/>\n--------------^'],
  ["<a b>", "at line 1: Specification mandates value for attribute b\n<a b>\n----^"],
  ["<a/><b/>", "at line 1: Extra content at the end of the document\n<a/><b/>\n----^"],
  ["<a>&foo;</a>", "at line 1: Entity 'foo' not defined\n<a>&foo;</a>\n--------^"],
  ["<a>&</a>", "at line 1: xmlParseEntityRef: no name\n<a>&</a>\n----^"],
  ["<a>\x01</a>", "at line 1: PCDATA invalid Char value 1\n<a>\x01</a>\n---^"],
  ["<n>é</n", "at line 1: expected '>'\n<n>é</n\n--------^"],
  ["<a>\n\t<b>\n</a>", "at line 3: Opening and ending tag mismatch: b line 2 and a\n</a>\n----^"],
];

test("xml: a fault is told with its line and a pointer, in the words of libvirt's parser", () => {
  for (const [document, message] of FAULTS) {
    const error = assertThrows(() => parseXml(document));
    assertInstanceOf(error, XmlSyntaxError);
    assertEquals(error.message, message, document);
  }
});

test("xml: printing is canonical and reading it back gives the same", () => {
  const source = `<a  x = "1 &lt; 2" y='"'><b/><c>t &amp; u</c>\n<d>\n<e z="&apos;"/></d></a>`;
  const printed = `<a x='1 &lt; 2' y='&quot;'>
  <b/>
  <c>t &amp; u</c>
  <d>
    <e z='&apos;'/>
  </d>
</a>
`;
  const drop = parseShape("a @x @y\n  b!\n  c #\n  d\n    e @z");
  const once = conform(parseXml(source), drop, RULES);
  assertEquals(printXml(once), printed);
  assertEquals(printXml(conform(parseXml(printed), drop, RULES)), printed);
});

test("xml: what belongs to others is kept, comments and prefixes too", () => {
  const source = `<m xmlns:x="http://x/"><x:a b="1"><!-- why --><x:c>t<i/>u</x:c></x:a></m>`;
  assertEquals(
    dumpXml(parseXml(source)),
    `<m xmlns:x="http://x/">
  <x:a b="1">
    <!-- why -->
    <x:c>t<i/>u</x:c>
  </x:a>
</m>`,
  );
});

test("xml: a shape orders, drops, keeps empty elements and refuses values", () => {
  const shape = parseShape(`
disk* @type=file|block @device!
  source @file
  note+
  readonly!
  chain! @n
    chain! &
  text #`);
  const source = parseXml(
    "<disk device='d' type='file' bogus='1'><text>t</text><readonly/><source file='f'/>" +
      "<chain n='1'><chain n='2'><chain/></chain></chain><note/><bogus/></disk>",
  );
  assertEquals(
    printXml(conform(source, shape, RULES)),
    `<disk type='file' device='d'>
  <source file='f'/>
  <note>
  </note>
  <readonly/>
  <chain n='1'>
    <chain n='2'>
      <chain/>
    </chain>
  </chain>
  <text>t</text>
</disk>
`,
  );
  assertThrows(() => conform(parseXml("<disk type='tape'/>"), shape, RULES), RangeError, "tape");
  assertThrows(() => conform(parseXml("<disk type='file'/>"), shape, RULES), RangeError, "device");
});

const RULES: ShapeRules = {
  format: (_format, value) => value,
  missing(attribute) {
    throw new RangeError(attribute);
  },
  badValue(_attribute, _where, value) {
    throw new RangeError(value);
  },
};
