/**
 * Reads the JUnit files that the runtimes' test runners write.
 *
 * @module
 */

/** What became of one test. */
export interface Testcase {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
}

// Node leaves ">" unescaped in attributes.
const TESTCASE = /<testcase\b((?:"[^"]*"|[^">])*?)(?:\/>|>([^]*?)<\/testcase>)/g;

/** The test cases of a JUnit file, in its order. */
export function readJunit(xml: string): Testcase[] {
  return Array.from(xml.matchAll(TESTCASE), ([, attributes = "", body = ""]) => ({
    name: unescapeXml(/\bname="([^"]*)"/.exec(attributes)?.[1] ?? ""),
    outcome: /<(?:failure|error)\b/.test(body)
      ? "failed"
      : /<skipped\b/.test(body)
      ? "skipped"
      : "passed",
  }));
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  apos: "'",
  gt: ">",
  lt: "<",
  quot: '"',
};

function unescapeXml(text: string): string {
  return text.replace(/&(?:(\w+)|#x([\da-f]+)|#(\d+));/gi, (all, name, hex, decimal) => {
    if (name !== undefined) return ENTITIES[name] ?? all;
    return String.fromCodePoint(parseInt(hex ?? decimal, hex === undefined ? 10 : 16));
  });
}
