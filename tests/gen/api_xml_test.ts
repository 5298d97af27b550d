import { assertEquals } from "@std/assert";
import { parseApiXml } from "../../gen/tool/api_xml.ts";
import { test } from "../harness.ts";
import { faultOf } from "./faults.ts";

function api(symbols: string): string {
  return `<?xml version="1.0"?>
<api name='libvirt'>
<files><file name='toy'><exports symbol='TOY' type='macro'/></file></files>
<symbols>
${symbols}
</symbols>
</api>`;
}

test("reads every kind of symbol", () => {
  const library = parseApiXml(
    api(`
    <macro name='TOY_LIMIT' file='toy' raw='(1 &lt;&lt; 4)' version='1.0.0'/>
    <macro name='TOY_CALL' file='toy' params='a' raw='' version='1.0.0'><arg name='a'/></macro>
    <macro name='TOY_FIELD' file='toy' string='toy.field' version='1.1.0'>
      <info><![CDATA[The weight of a toy, as a
        uint.]]></info>
    </macro>
    <enum name='TOY_A' file='toy' value='2' value_hex='0x2' value_bitshift='1' type='toyFlags' version='1.2.0' info='a'/>
    <enum name='TOY_LAST' file='toy' value='TOY_A' type='toyKind' version='1.2.0'/>
    <enum name='TOY_B' file='toy' value='1' type='toyFlags' version='1.2.1'/>
    <typedef name='toyPtr' file='toy' type='toy *' version='1.0.0'/>
    <variable name='toyDefault' file='toy' type='toyPtr' version='1.0.0'/>
    <struct name='toy' file='toy' type='struct _toy' version='1.0.0'>
      <field name='label' type='char label[TOY_LIMIT]' info=''/>
      <field name='value' type='union' info=''>
        <union><field name='i' type='int' info=''/></union>
      </field>
    </struct>
    <struct name='toyPrivate' file='toy' type='struct _toyPrivate' version='1.0.1'/>
    <functype name='toyCallback' file='toy' module='toy' version='1.3.0'>
      <return type='void'/>
      <arg name='opaque' type='void *' info=''/>
    </functype>
    <function name='toyWindUp' file='toy' module='toy' version='1.3.1'>
      <info><![CDATA[Winds it up.]]></info>
      <return type='int' info='0'/>
      <arg name='toy' type='toyPtr' info=''/>
      <arg name='turns' type='unsigned int' info=''/>
    </function>`),
    "libvirt",
    "toy.xml",
  );
  assertEquals(library, {
    enums: {
      toyFlags: [
        {
          name: "TOY_A",
          value: "2",
          value_hex: "0x2",
          value_bitshift: "1",
          version: "1.2.0",
          file: "toy",
        },
        { name: "TOY_B", value: "1", version: "1.2.1", file: "toy" },
      ],
      toyKind: [{ name: "TOY_LAST", value: "TOY_A", version: "1.2.0", file: "toy" }],
    },
    functions: {
      toyWindUp: {
        file: "toy",
        kind: "function",
        since: "1.3.1",
        returns: "int",
        args: [["toy", "toyPtr"], ["turns", "unsigned int"]],
      },
      toyCallback: {
        file: "toy",
        kind: "functype",
        since: "1.3.0",
        returns: "void",
        args: [["opaque", "void *"]],
      },
    },
    macros: {
      TOY_LIMIT: { raw: "(1 << 4)", version: "1.0.0", file: "toy" },
      TOY_CALL: { version: "1.0.0", file: "toy" },
      TOY_FIELD: { string: "toy.field", version: "1.1.0", file: "toy", typedParam: "uint" },
    },
    structs: {
      toy: { since: "1.0.0", fields: [["label", "char label[TOY_LIMIT]"], ["value", "union"]] },
      toyPrivate: { since: "1.0.1", fields: [] },
    },
  });
  assertEquals(Object.keys(library.functions), ["toyWindUp", "toyCallback"]);
});

test("finds the type of a typed parameter's field in its description", () => {
  const types: [info: string, type: string | undefined][] = [
    ["The name, as VIR_TYPED_PARAM_STRING.", "string"],
    ["Accepted is VIR_TYPED_PARAM_UINT or, of old, VIR_TYPED_PARAM_INT", "uint"],
    ["It represents the time as an llong.", "llong"],
    ["how much, as an unsigned long long. 0 is the default", "ullong"],
    ["the number, as an unsigned int.", "uint"],
    ["the upper limit, as uint.", "uint"],
    ["whether, as a boolean", "boolean"],
    ["how sure, as a\n   double.", "double"],
    ["as an internal matter", undefined],
    ["as a stringent rule", undefined],
    ["VIR_TYPED_PARAM_FIELD_LENGTH characters", undefined],
    ["", undefined],
  ];
  for (const [info, type] of types) {
    const macro =
      `<macro name='A' file='f' string='a' version='1.0.0'><info>${info}</info></macro>`;
    const { macros } = parseApiXml(api(macro), "libvirt", "toy.xml");
    assertEquals(macros["A"]?.typedParam, type, info);
  }
});

test("a macro that is not a string has no typed parameter's type", () => {
  const macro = "<macro name='A' file='f' raw='1' version='1.0.0'><info>as an int</info></macro>";
  const { macros } = parseApiXml(api(macro), "libvirt", "toy.xml");
  assertEquals(macros["A"], { raw: "1", version: "1.0.0", file: "f" });
});

test("refuses another text, and says where and what it found", () => {
  const faults: [text: string, message: string][] = [
    ["", "1:1: Expected well-formed XML, found: missing root element"],
    ["<api name='libvirt'", "1:1: Expected well-formed XML, found: unexpected end of input"],
    ["<html/>", "1:1: Expected the element api, found html"],
    ["<!-- a -->\n<api/>", "2:1: Expected an attribute name of the element api, found none"],
    [
      "<api name='libvirt-qemu'/>",
      "1:1: Expected the description of libvirt, found that of libvirt-qemu",
    ],
    ["<api name='libvirt'/>", "1:1: Expected an element symbols, found none"],
    [
      api("  <toy name='a'/>"),
      "5:3: Expected enum, function, functype, macro, struct, typedef or variable, found toy",
    ],
    [api("<macro file='a'/>"), "5:1: Expected an attribute name of the element macro, found none"],
    [
      api("<macro name='a' file='a'/>"),
      "5:1: Expected an attribute version of the element macro, found none",
    ],
    [
      api("<enum name='a' file='a' version='1'/>"),
      "5:1: Expected an attribute type of the element enum, found none",
    ],
    [
      api("<function name='a' file='a' version='1'/>"),
      "5:1: Expected an element return, found none",
    ],
    [
      api("<typedef name='a'/>\n  <typedef name='a'/>"),
      "6:3: Expected a new symbol, found a again",
    ],
    [
      api("<struct name='a' version='1'>\n<field name='b'/></struct>"),
      "6:1: Expected an attribute type of the element field, found none",
    ],
  ];
  for (const [text, message] of faults) {
    assertEquals(faultOf(() => parseApiXml(text, "libvirt", "toy.xml")), `toy.xml:${message}`);
  }
});
