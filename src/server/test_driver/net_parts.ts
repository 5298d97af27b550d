/**
 * Parts that networks and interfaces have in common.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { unsupportedConfig, xmlFailure } from "./values.ts";

const { NONE } = ErrorDomain;
const TAG_MAX = 4095;
const BURST_MAX = 4194303n;

/** Checks the tags of a network's frames and fills in whether there are several. */
export function fillVlan(vlan: XmlElement | undefined): void {
  if (vlan === undefined) return;
  const tags = vlan.all("tag");
  for (const tag of tags) {
    if (Number(tag.get("id")) > TAG_MAX) {
      xmlFailure(`vlan tag id ${tag.get("id")} too large (maximum ${TAG_MAX})`, NONE);
    }
  }
  const native = tags.filter((tag) => tag.get("nativeMode") !== undefined);
  if (native.length > 1) xmlFailure("duplicate native vlan setting", NONE);
  const trunk = vlan.get("trunk");
  const refuse = (why: string): never =>
    xmlFailure(`invalid "trunk='${trunk}'" in <vlan> - ${why}`, NONE);
  if (trunk !== undefined && trunk !== "yes" && trunk !== "no") refuse("must be yes or no");
  if (trunk === "no" && tags.length > 1) {
    refuse("trunk='yes' is required for more than one vlan tag");
  }
  if (trunk === "no" && native.length > 0) {
    refuse("trunk='yes' is required for native vlan");
  }
  const several = trunk === "yes" || tags.length > 1;
  vlan.set("trunk", several ? "yes" : undefined);
}

/** Checks shares of a network and leaves out what is nothing. */
export function fillBandwidth(bandwidth: XmlElement | undefined, floors: boolean): void {
  if (bandwidth === undefined) return;
  if (bandwidth.get("classID") !== undefined) {
    throw failure(
      NONE,
      ErrorNumber.XML_DETAIL,
      "classID attribute not supported on <bandwidth> in this usage context",
    );
  }
  for (const way of ["inbound", "outbound"]) {
    const share = bandwidth.child(way);
    if (share !== undefined) fillShare(bandwidth, share, floors && way === "inbound");
  }
  bandwidth.open = true;
}

function fillShare(bandwidth: XmlElement, share: XmlElement, floors: boolean): void {
  const told = (name: string): boolean => share.get(name) !== undefined;
  if (!told("average") && !told("floor")) {
    throw failure(NONE, ErrorNumber.XML_DETAIL, "Missing mandatory average or floor attributes");
  }
  if (!told("average") && (told("peak") || told("burst"))) {
    unsupportedConfig("'peak' and 'burst' require 'average' attribute", NONE);
  }
  if (told("floor") && !floors) {
    unsupportedConfig("floor attribute is not supported for this config", NONE);
  }
  const burst = share.get("burst");
  if (burst !== undefined && BigInt(burst) > BURST_MAX) {
    throw failure(
      NONE,
      ErrorNumber.OVERFLOW,
      `value '${burst}' is too big for 'burst' parameter, maximum is '${BURST_MAX}'`,
    );
  }
  share.attributes = share.attributes.filter(({ value }) => value !== "0");
  if (share.attributes.length === 0) bandwidth.remove(share);
}
