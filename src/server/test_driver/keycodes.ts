/**
 * Which key codes a code set has.
 *
 * @module
 */

import { KeycodeSet } from "../../../gen/enums/domain.ts";

/** A set of key codes. */
export interface Keycodes {
  readonly name: string;
  /** Whether a code of it stands for a key. */
  knows(code: number): boolean;
}

const NAMES: readonly string[] = [
  "linux",
  "xt",
  "atset1",
  "atset2",
  "atset3",
  "os_x",
  "xt_kbd",
  "usb",
  "win32",
  "qnum",
];

// The largest code of each set: below it almost every number is a key.
const LARGEST: Readonly<Record<number, number>> = {
  [KeycodeSet.LINUX]: 594,
  [KeycodeSet.XT]: 127,
  [KeycodeSet.ATSET1]: 57469,
  [KeycodeSet.ATSET2]: 57469,
  [KeycodeSet.ATSET3]: 154,
  [KeycodeSet.OSX]: 126,
  [KeycodeSet.XT_KBD]: 255,
  [KeycodeSet.USB]: 255,
  [KeycodeSet.WIN32]: 254,
  [KeycodeSet.QNUM]: 255,
};

/** The code set of a number. */
export function keycodeSet(set: number): Keycodes {
  return {
    name: NAMES[set] ?? "(null)",
    knows: (code) => code >= 0 && code <= (LARGEST[set] ?? -1),
  };
}
