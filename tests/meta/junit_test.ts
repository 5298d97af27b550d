// Runs on: deno (the runner of the tests, which it is a part of, does)
import { assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { readJunit } from "../runner/junit.ts";

const EXPECTED = [
  { name: "one", outcome: "passed" },
  { name: 'two <x> "y"', outcome: "failed" },
  { name: "three (skipped: no libvirtd 9)", outcome: "skipped" },
];

test("meta: the JUnit file of Deno", () => {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="3" failures="1" errors="0" time="0.112">
    <testsuite name="./harness.ts" tests="3" disabled="1" errors="0" failures="1">
        <testcase name="one" classname="./harness.ts" time="0.000" line="29" col="12">
        </testcase>
        <testcase name="two &lt;x&gt; &quot;y&quot;" classname="./harness.ts" line="29" col="12">
            <failure message="Uncaught Error: boom &lt;skipped&gt;">Error: boom</failure>
        </testcase>
        <testcase name="three (skipped: no libvirtd 9)" classname="./harness.ts" line="29" col="12">
            <skipped/>
        </testcase>
    </testsuite>
</testsuites>`;
  assertEquals(readJunit(xml), EXPECTED);
});

test("meta: the JUnit file of Bun", () => {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="3" assertions="0" failures="1" skipped="1" time="0.006">
  <testsuite name="a_test.ts" file="a_test.ts" tests="3" failures="1" skipped="1" hostname="vm">
    <testcase name="one" classname="" time="0.000006" file="a_test.ts" line="52" assertions="0" />
    <testcase name="two &lt;x&gt; &quot;y&quot;" classname="" file="a_test.ts" line="52">
      <failure type="Error" message="boom &lt;failure&gt;">Error: boom&#10;  at a:3:68&#10;</failure>
    </testcase>
    <testcase name="three (skipped: no libvirtd 9)" classname="" file="a_test.ts" line="52">
      <skipped />
    </testcase>
  </testsuite>
</testsuites>`;
  assertEquals(readJunit(xml), EXPECTED);
});

test("meta: the JUnit file of Node, which escapes quotes twice and > not at all", () => {
  const xml = `<?xml version="1.0" encoding="utf-8"?>
<testsuites>
	<testcase name="one" time="0.000699" classname="test" file="/tests/harness.ts"/>
	<testcase name="two &lt;x> 'y'" time="0.1" classname="test" failure="boom &lt;failure> text">
		<failure type="testCodeFailure" message="boom &lt;failure> text">
[Error [ERR_TEST_FAILURE]: boom &lt;failure> text]
		</failure>
	</testcase>
	<testcase name="three (skipped: no libvirtd 9)" time="0.0001" classname="test">
		<skipped type="skipped" message="no libvirtd 9"/>
	</testcase>
	<!-- tests 3 -->
</testsuites>`;
  const expected = EXPECTED.map(({ name, outcome }) => ({
    name: name.replace(/"/g, "'"),
    outcome,
  }));
  assertEquals(readJunit(xml), expected);
});

test("meta: no JUnit file has no tests", () => {
  assertEquals(readJunit(""), []);
});
