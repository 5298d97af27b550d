/**
 * What libvirt checks and fills in of a domain's clock and timers.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { parseDecimal, unsupportedConfig, xmlFailure } from "./values.ts";

const OFFSETS: ReadonlySet<string> = new Set([
  "utc",
  "localtime",
  "variable",
  "timezone",
  "absolute",
]);
const BASES: ReadonlySet<string> = new Set(["utc", "localtime"]);

function missing(attribute: string, offset: string): never {
  throw failure(
    ErrorDomain.DOMAIN,
    ErrorNumber.INTERNAL_ERROR,
    `missing '${attribute}' attribute for clock with offset='${offset}'`,
  );
}

/** Checks a clock and leaves only what its kind has. */
export function fillClock(clock: XmlElement): void {
  const offset = clock.get("offset") ?? "utc";
  if (!OFFSETS.has(offset)) unsupportedConfig(`unknown clock offset '${offset}'`);
  const told = (name: string): string | undefined => clock.get(name) || undefined;
  const made: { name: string; value: string }[] = [{ name: "offset", value: offset }];
  const push = (name: string, value: string): unknown => made.push({ name, value });
  const adjustment = told("adjustment");
  switch (offset) {
    case "utc":
    case "localtime": {
      if (adjustment === "reset") {
        push("adjustment", "reset");
        break;
      }
      if (adjustment === undefined) break;
      const seconds = parseDecimal(adjustment);
      if (seconds === undefined) {
        xmlFailure(`unknown clock adjustment '${adjustment}'`, ErrorDomain.DOMAIN);
      }
      // as documents for Xen once said it
      made[0]!.value = "variable";
      push("adjustment", String(seconds));
      push("basis", offset);
      break;
    }
    case "variable": {
      const basis = told("basis") ?? "utc";
      if (!BASES.has(basis)) unsupportedConfig(`unknown clock basis '${basis}'`);
      push("adjustment", String(parseDecimal(adjustment ?? "0") ?? 0n));
      push("basis", basis);
      break;
    }
    case "timezone": {
      const zone = told("timezone");
      if (zone === undefined) missing("timezone", offset);
      push("timezone", zone);
      break;
    }
    case "absolute": {
      const start = parseDecimal(told("start") ?? "");
      if (start === undefined || start < 0n) missing("start", offset);
      push("start", String(start));
    }
  }
  clock.attributes = made;
  for (const timer of clock.all("timer")) fillTimer(timer);
}

function fillTimer(timer: XmlElement): void {
  if (timer.get("frequency") === "0") timer.set("frequency", undefined);
  const catchup = timer.child("catchup");
  if (catchup === undefined) return;
  if (timer.get("tickpolicy") !== "catchup") {
    xmlFailure(
      "setting of timer catchup policies is only supported with tickpolicy='catchup'",
      ErrorDomain.DOMAIN,
    );
  }
  catchup.attributes = catchup.attributes.filter(({ value }) => value !== "0");
  if (catchup.attributes.length === 0) timer.remove(catchup);
}
