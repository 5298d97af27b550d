/**
 * Descriptions as the commands print them: whole, or what an XPath expression selects.
 *
 * @module
 */

import { UsageError } from "./failures.ts";
import type { Invocation } from "./invocation.ts";

/** Prints a description; of `--xpath` the parts, with `--wrap` within `<nodes>`. */
export async function printDescription(run: Invocation, xml: string): Promise<void> {
  const expression = run.text("xpath");
  if (expression === undefined) return run.out.value(xml.trimEnd());
  const parts = await selectXml(xml, expression);
  if (run.out.json) return run.out.value(parts);
  if (!run.flag("wrap")) return parts.forEach((part) => run.out.line(part));
  run.out.line(["<nodes>", ...parts.map((part) => `  ${part}`), "</nodes>"].join("\n"));
}

/**
 * What an XPath 1.0 expression selects in a description: elements as XML, attributes and texts by
 * their values, numbers and strings as they are.
 *
 * A prefix stands for the namespace that the description binds it to.
 */
export async function selectXml(xml: string, expression: string): Promise<string[]> {
  const [{ DOMParser, XMLSerializer }, { default: xpath }] = await Promise.all([
    import("@xmldom/xmldom"),
    import("xpath"),
  ]);
  const root = new DOMParser().parseFromString(xml, "text/xml");
  const prefixes = [...xml.matchAll(/\sxmlns:([\w.-]+)=["']([^"']*)["']/g)]
    .map(([, prefix, uri]) => [prefix!, uri!] as const);
  let selected: unknown;
  try {
    selected = xpath.useNamespaces(Object.fromEntries(prefixes))(expression, root as never);
  } catch (error) {
    throw new UsageError(
      `Cannot select by "${expression}": ${error instanceof Error ? error.message : error}`,
      { cause: error },
    );
  }
  if (!Array.isArray(selected)) return [`${selected}`];
  const serializer = new XMLSerializer();
  return selected.map((node: { nodeType: number; nodeValue: string | null }) =>
    node.nodeType === ELEMENT ? serializer.serializeToString(node as never) : node.nodeValue ?? ""
  );
}

const ELEMENT = 1;
