/** The reports of three test runners, as each writes them. */
import { assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { readCases } from "../../tools/junit.ts";

const DENO = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="3" failures="1" errors="0" time="0.341">
    <testsuite name="./tests/harness.ts" tests="3" disabled="1" errors="0" failures="1">
        <testcase name="a &lt;passes&gt; &amp; &quot;b&quot;" classname="./tests/harness.ts" time="0.002" line="105">
        </testcase>
        <testcase name="b fails" classname="./tests/harness.ts" time="0.003" line="105" col="26">
            <failure message="Uncaught Error: &lt;no&gt; luck">Error: &lt;no&gt; luck
    at file:///a_test.ts:4:49</failure>
        </testcase>
        <testcase name="c skipped" classname="./tests/harness.ts" time="0.000" line="105" col="26">
            <skipped/>
        </testcase>
    </testsuite>
</testsuites>`;

const BUN = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="3" assertions="0" failures="1" skipped="1" time="1.961362593">
  <testsuite name="a_test.ts" file="a_test.ts" tests="3" failures="1" skipped="1" time="1.859303277" hostname="vm">
    <testcase name="a &lt;passes&gt; &amp; &quot;b&quot;" classname="" time="0.002" file="a_test.ts" assertions="0" />
    <testcase name="b fails" classname="" time="0.003" file="a_test.ts" line="114" assertions="0">
      <failure type="Error" message="&lt;no&gt; luck">Error: &lt;no&gt; luck&#10;    at file:///a_test.ts:4:49&#10;</failure>
    </testcase>
    <testcase name="c skipped" classname="" time="0" file="a_test.ts" line="113" assertions="0">
      <skipped />
    </testcase>
  </testsuite>
</testsuites>`;

const NODE = `<?xml version="1.0" encoding="utf-8"?>
<testsuites>
	<testcase name="a &lt;passes> &amp; &amp;quot;b&amp;quot;" time="0.002" classname="test" file="harness.ts"/>
	<testcase name="b fails" time="0.003" classname="test" file="harness.ts" failure="&lt;no> luck">
		<failure type="testCodeFailure" message="&lt;no> luck">
[Error [ERR_TEST_FAILURE]: &lt;no> luck] {
  code: 'ERR_TEST_FAILURE',
  failureType: 'testCodeFailure',
  cause: Error: &lt;no> luck
      at file:///a_test.ts:4:49
}
		</failure>
	</testcase>
	<testcase name="c skipped" time="0" classname="test" file="harness.ts">
		<skipped type="skipped" message="true"/>
	</testcase>
	<!-- tests 3 -->
</testsuites>`;

for (const [name, xml] of Object.entries({ DENO, BUN, NODE })) {
  test(`a report of ${name} is read right`, () => {
    assertEquals(readCases(xml), [
      { name: 'a <passes> & "b"', result: "passed", detail: "", seconds: 0.002 },
      { name: "b fails", result: "failed", detail: "Error: <no> luck\n    at file:///a_test.ts:4:49", seconds: 0.003 },
      { name: "c skipped", result: "skipped", detail: "", seconds: 0 },
    ]);
  });
}

test("a report that was cut short has the tests that are whole", () => {
  assertEquals(readCases(DENO.slice(0, DENO.indexOf('<testcase name="c'))).length, 2);
  assertEquals(readCases(""), []);
});
