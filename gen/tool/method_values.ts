/**
 * Objects among the arguments and results of methods.
 *
 * @module
 */

import { CLASSES, type ClassInfo } from "./classes.ts";
import type { Declaration, TypeUse } from "./model.ts";

/** The class of which a type carries the identity. */
export function classOf(use: TypeUse): ClassInfo | undefined {
  return CLASSES.find((c) => c.handle === use.type);
}

/** The class of the object, or of the objects, that a result consists of. */
export function wrappedClass(ret: readonly Declaration[]): ClassInfo | undefined {
  return ret.map(classOf).find((c) => c !== undefined);
}

/** The method that makes an object of its handle. */
export function wrapName(info: ClassInfo): string {
  return `wrap${info.name}`;
}
