/**
 * Whose a pool or a volume is.
 *
 * @module
 */

import { ErrorDomain } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { parseDecimal, xmlFailure } from "./values.ts";

const MODE = /^\s*\+?0*([0-7]{1,3})$/;
const ID_MAX = 0xffff_ffffn;
const INT_MAX = 0x7fff_ffffn;

/** Checks the permissions that an element may hold; those that tell nothing are left out. */
export function fillPermissions(holder: XmlElement | undefined): void {
  const permissions = holder?.child("permissions");
  if (permissions === undefined) return;
  fillMode(permissions);
  for (const name of ["owner", "group"]) fillId(permissions, name);
  if (permissions.elements.length === 0) holder!.remove(permissions);
}

function fillMode(permissions: XmlElement): void {
  const mode = permissions.child("mode");
  if (mode === undefined) return;
  if (mode.text === "") return permissions.remove(mode);
  const digits = MODE.exec(mode.text)?.[1];
  if (digits === undefined) xmlFailure("malformed octal mode", ErrorDomain.STORAGE);
  mode.setText(`0${Number.parseInt(digits, 8).toString(8)}`);
}

// Nobody is -1, which libvirt once printed; what is above the signed numbers comes out below them.
function fillId(permissions: XmlElement, name: string): void {
  const id = permissions.child(name);
  if (id === undefined) return;
  const value = parseDecimal(id.text);
  if (value === undefined || value < -1n || value > ID_MAX) {
    xmlFailure(`malformed ${name} element`, ErrorDomain.STORAGE);
  }
  if (value === -1n || value === ID_MAX) permissions.remove(id);
  else id.setText(String(value > INT_MAX ? value - ID_MAX - 1n : value));
}
