/**
 * Migration parameters on their way to the wire.
 *
 * @module
 */

import { migrateFields } from "../../gen/enums/typed_param_fields.ts";
import { unsupported } from "../errors.ts";
import { fromObject, type TypedParam } from "../typed_params.ts";
import { TypedParamType } from "../xdr/typed_param.ts";
import type { MigrateParams } from "./options.ts";

/** What the older procedures carry of the parameters, each as an argument of its own. */
export interface OldParameters {
  readonly uri: string | null;
  readonly name: string | null;
  readonly xml: string | null;
  /** MiB/s; 0 for no limit. */
  readonly bandwidth: bigint;
}

const OLD_FIELDS: ReadonlySet<string> = new Set([
  "migrate_uri",
  "destination_name",
  "destination_xml",
  "bandwidth",
]);

/** The parameters as the wire has them; throws a TypeError or RangeError for one that is wrong. */
export function typedParameters(params: MigrateParams = {}): TypedParam[] {
  return fromObject(params, migrateFields);
}

/** The text of a parameter, if it is there. */
export function textOf(params: readonly TypedParam[], field: string): string | undefined {
  const value = params.find((param) => param.field === field)?.value;
  return typeof value === "string" ? value : undefined;
}

/** The parameters with the text of one replaced or added. */
export function withText(
  params: readonly TypedParam[],
  field: string,
  value: string,
): TypedParam[] {
  return [
    ...params.filter((param) => param.field !== field),
    { field, type: TypedParamType.STRING, value },
  ];
}

/**
 * What an older protocol can carry of the parameters; throws an UnsupportedError where there are
 * more.
 */
export function oldParameters(params: readonly TypedParam[], protocol: string): OldParameters {
  const newer = params.filter(({ field }) => !OLD_FIELDS.has(field)).map(({ field }) => field);
  if (newer.length > 0) {
    throw unsupported(
      `Cannot migrate with the parameters ${newer.join(", ")}: the daemons have ${protocol} in ` +
        "common, which carries none of them; leave them out",
    );
  }
  const bandwidth = params.find(({ field }) => field === "bandwidth")?.value ?? 0n;
  return {
    uri: textOf(params, "migrate_uri") ?? null,
    name: textOf(params, "destination_name") ?? null,
    xml: textOf(params, "destination_xml") ?? null,
    bandwidth: BigInt(bandwidth as bigint),
  };
}
