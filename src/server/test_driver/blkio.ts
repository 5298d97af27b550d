/**
 * Weights and limits of block IO.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { LibvirtError } from "../../errors.ts";
import { type TypedParam, TypedParamType } from "../../xdr/typed_param.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { BEFORE_BLKIOTUNE, put } from "./domain_defaults.ts";
import { checkParams, text, uint } from "./typed.ts";

// The parameter that carries them for all devices, and the element that holds one device's.
const PER_DEVICE: readonly (readonly [field: string, name: string])[] = [
  ["device_weight", "weight"],
  ["device_read_iops_sec", "read_iops_sec"],
  ["device_write_iops_sec", "write_iops_sec"],
  ["device_read_bytes_sec", "read_bytes_sec"],
  ["device_write_bytes_sec", "write_bytes_sec"],
];

/** What a definition says of block IO. */
export function blkioParams(definition: XmlElement): TypedParam[] {
  const tune = definition.child("blkiotune");
  const devices = tune?.all("device") ?? [];
  return [
    uint("weight", Number(tune?.textOf("weight") ?? 0)),
    ...PER_DEVICE.map(([field, name]) =>
      text(
        field,
        devices.flatMap((device) => {
          const value = device.textOf(name) ?? "0";
          return value === "0" ? [] : [`${device.textOf("path")},${value}`];
        }).join(","),
      )
    ),
  ];
}

/** Checks parameters and sets them in the definition that `choose` answers. */
export function setBlkioParams(params: readonly TypedParam[], choose: () => XmlElement): void {
  checkParams(params, {
    weight: TypedParamType.UINT,
    ...Object.fromEntries(PER_DEVICE.map(([field]) => [field, TypedParamType.STRING])),
  });
  const definition = choose();
  const tune = definition.child("blkiotune") ?? element("blkiotune");
  const devices = new Map<string, Map<string, string>>();
  for (const device of tune.all("device")) {
    const values = device.elements.map((one): [string, string] => [one.name, one.text]);
    devices.set(device.textOf("path") ?? "", new Map(values));
  }
  let weight = tune.textOf("weight");
  let error: LibvirtError | undefined;
  for (const { field, value } of params) {
    if (field === "weight") {
      weight = Number(value) === 0 ? undefined : String(value);
      continue;
    }
    const name = PER_DEVICE.find(([known]) => known === field)![1];
    try {
      for (const [path, limit] of parseDevices(field, value as string)) {
        const known = devices.get(path) ?? new Map<string, string>();
        known.set(name, limit);
        devices.set(path, known);
      }
    } catch (caught) {
      error = caught as LibvirtError;
    }
  }
  tune.children = [];
  if (weight !== undefined) tune.children.push(element("weight", {}, weight));
  for (const [path, values] of devices) {
    const limits = PER_DEVICE.flatMap(([, name]) => {
      const value = values.get(name) ?? "0";
      return value === "0" ? [] : [element(name, {}, value)];
    });
    if (limits.length > 0) {
      tune.children.push(element("device", {}, element("path", {}, path), ...limits));
    }
  }
  if (tune.children.length > 0) put(definition, tune, BEFORE_BLKIOTUNE);
  else if (definition.children.includes(tune)) definition.remove(tune);
  if (error !== undefined) throw error;
}

// Paths and values by turns, all between commas.
function parseDevices(field: string, list: string): [string, string][] {
  if (list === "") return [];
  const parts = list.split(",");
  const refuse = (detail: string): never => {
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.INVALID_ARG, detail);
  };
  if (parts.length % 2 !== 0) refuse(`unable to parse blkio device '${field}' '${list}'`);
  const devices: [string, string][] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const value = parts[i + 1]!;
    if (!/^\d+/.test(value)) {
      refuse(
        `invalid value '${parts.slice(i + 1).join(",")}' for parameter '${field}' of device '${
          parts[i]
        }'`,
      );
    }
    if (!/^\d+$/.test(value)) refuse(`unable to parse blkio device '${field}' '${list}'`);
    devices.push([parts[i]!, value]);
  }
  return devices;
}
