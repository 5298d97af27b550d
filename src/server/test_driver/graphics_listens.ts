/**
 * Where a graphical display listens.
 *
 * @module
 */

import { element, type XmlElement } from "../../xml/element.ts";
import { unsupportedConfig } from "./values.ts";
import { xml } from "./domain_faults.ts";

/** Checks where a display listens and fills it in where it is not told. */
export function fillListens(graphics: XmlElement, type: string): XmlElement[] {
  const given = graphics.all("listen");
  const address = graphics.get("listen") || undefined;
  const socket = type === "vnc" ? graphics.get("socket") : undefined;
  const listens = given.map((one) => fillListen(one, type));
  let first = listens[0];
  if (first !== undefined) checkListen(first, address, socket);
  else if (socket !== undefined) first = element("listen", { type: "socket", socket });
  else first = element("listen", { type: "address", address });
  if (socket !== undefined && first.get("type") !== "socket") {
    first = element("listen", { type: "socket", socket });
  } else if (socket !== undefined) first.set("socket", socket);
  else if (first.get("type") === "address" && address !== undefined) {
    first.set("address", address);
  }
  // nothing can be reached without a port
  const unreached = type === "spice" && first.get("type") === "address" && !wantsPort(graphics);
  if (unreached) first = element("listen", { type: "none" });
  return [first, ...listens.slice(1)];
}

function fillListen(listen: XmlElement, graphics: string): XmlElement {
  const type = listen.get("type")!;
  const [network, socket] = [listen.get("network"), listen.get("socket")];
  if (graphics === "rdp" && (type === "none" || type === "socket")) {
    unsupportedConfig(`listen type '${type}' is not available for graphics type '${graphics}'`);
  }
  if (network && type !== "network") {
    xml("'network' attribute is valid only for listen type 'network'");
  }
  if (type === "network" && !network) {
    xml("'network' attribute is required for listen type 'network'");
  }
  if (socket && type !== "socket") {
    xml("'socket' attribute is valid only for listen type 'socket'");
  }
  return element("listen", {
    type,
    address: type === "address" ? listen.get("address") || undefined : undefined,
    network: network || undefined,
    socket: socket || undefined,
  });
}

function wantsPort(graphics: XmlElement): boolean {
  const told = (name: string): boolean => Number(graphics.get(name) ?? 0) !== 0;
  return told("port") || told("tlsPort") || graphics.get("autoport") === "yes";
}

// An attribute of older documents says what the first element says in newer ones.
function checkListen(
  first: XmlElement,
  listen: string | undefined,
  socket: string | undefined,
): void {
  const disagree = (attribute: string, told: string, found: string): never =>
    unsupportedConfig(
      `graphics '${attribute}' attribute '${told}' must match '${
        attribute === "listen" ? "address" : attribute
      }' attribute of first listen element (found '${found}')`,
    );
  const address = first.get("address");
  if (listen !== undefined && address !== undefined && address !== listen) {
    disagree("listen", listen, address);
  }
  const found = first.get("socket");
  if (socket !== undefined && found !== undefined && found !== socket) {
    disagree("socket", socket, found);
  }
}
