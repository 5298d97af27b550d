/**
 * In what two answers to one document differ.
 *
 * @module
 */

import type { XmlElement } from "../../src/xml/element.ts";
import { printXml } from "../../src/xml/print.ts";

// What each side makes up for itself.
function steady(answer: string): string {
  return answer
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UUID")
    .replace(/52:54:00(:[0-9a-f]{2}){3}/g, "MAC");
}

// Values are of no matter to the kind of a difference.
function template(text: string | undefined): string {
  return (text ?? "nothing").trim().replace(/'[^']*'/g, "'#'").replace(/>[^<]+</g, ">#<");
}

function messageTemplate(text: string): string {
  const kept = /attribute '([\w-]+)' in element '([\w-]+)'/.exec(text);
  const known = kept === null ? "" : ` (@${kept[1]} of ${kept[2]})`;
  return text.replace(/'[^']*'|"[^"]*"|\d+/g, "#").slice(0, 200).replaceAll("\n", " ") + known;
}

/** Whether the first error of two pairs of answers is the same, if there is one. */
export function sameErrors(
  some: readonly [string, string],
  others: readonly [string, string],
): boolean {
  const error = (answers: readonly [string, string]): string => {
    const at = answers.findIndex((answer) => !answer.startsWith("<"));
    return at < 0 ? "" : at + messageTemplate(answers[at]!);
  };
  return error(some) === error(others);
}

/** What kind of difference it is; `undefined` for none. */
export function differenceOf(theirs: string, ours: string): string | undefined {
  const [left, right] = [steady(theirs), steady(ours)];
  if (left === right) return undefined;
  if (left.startsWith("<") && right.startsWith("<")) {
    const [before, after] = [left.split("\n"), right.split("\n")];
    const at = before.findIndex((line, n) => line !== after[n]);
    return `libvirtd prints ${template(before[at])}, this ${template(after[at])}`;
  }
  const said = (text: string): string => text.startsWith("<") ? "accepts" : messageTemplate(text);
  return `libvirtd: ${said(left)}\n  this: ${said(right)}`;
}

// Without these no document gets far.
const NEEDED: ReadonlySet<string> = new Set(["name", "memory", "os", "type", "capacity"]);

/** The document without its part number `at`: an attribute, or an element with all it holds. */
export function withoutOne(root: XmlElement, at: number): string | undefined {
  let left = at;
  function within(element: XmlElement): boolean {
    for (const child of element.elements) {
      if (!NEEDED.has(child.name) && left-- === 0) {
        element.remove(child);
        return true;
      }
      if (within(child)) return true;
    }
    for (const { name } of element === root ? [] : element.attributes) {
      if (left-- !== 0) continue;
      element.set(name, undefined);
      return true;
    }
    return false;
  }
  return within(root) ? printXml(root).replace(/\n\s*/g, "") : undefined;
}
