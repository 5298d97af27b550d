/**
 * What a guest would do: its file systems, users, keys and addresses.
 *
 * @module
 */

import { ErrorNumber } from "../../../gen/enums/errors.ts";
import type { DomainFsinfo, DomainInterface } from "../../../gen/remote/domain.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import type { CallContext } from "../driver.ts";
import { devicesOf } from "./domain_values.ts";
import type { TestDomain } from "./domain_object.ts";
import { keycodeSet } from "./keycodes.ts";
import { networkAddress } from "./network_address.ts";
import {
  checkFlags,
  internalError,
  invalidArgument,
  invalidOperation,
  refusal,
} from "./refusals.ts";
import type { TestState } from "./state.ts";
import { SCREENSHOT } from "./screenshot.ts";

const MOUNT_POINTS = ["/", "/boot"] as const;
const ADDRESS_SOURCES = 3;
const SIGNALS = 65;

/** Handlers of what reaches into a guest. */
export function domainGuest(state: TestState): RemoteHandlers<CallContext> {
  const { domains } = state;

  function freeze(domain: TestDomain, mountpoints: readonly string[], frozen: boolean): number {
    domain.checkActive();
    const wanted = new Set<number>();
    for (const mountpoint of mountpoints.length > 0 ? mountpoints : MOUNT_POINTS) {
      const at = (MOUNT_POINTS as readonly string[]).indexOf(mountpoint);
      if (at < 0) throw invalidOperation(`mount point not found: ${mountpoint}`);
      if (domain.frozen[at] !== frozen) wanted.add(at);
    }
    for (const at of wanted) domain.frozen[at] = frozen;
    return wanted.size;
  }

  function addressOf(domain: TestDomain, index: number): DomainInterface {
    const net = devicesOf(domain.definition, "interface")[index]!;
    const name = net.child("target")?.get("dev") ?? "";
    const hwaddr = net.child("mac")?.get("address") ?? null;
    const network = net.child("source")?.get("network");
    const addr = net.get("type") === "network" && network !== undefined
      ? networkAddress(state.networks.byNameOrFail(network), 20 * (domain.id - 1) + index + 1)
      : { type: 0, addr: `192.168.0.${1 + index}`, prefix: 24 };
    return { name, hwaddr, addrs: [addr] };
  }

  return {
    domainFsfreeze({ dom, mountpoints, flags }, context) {
      checkFlags(context, flags);
      return { filesystems: freeze(domains.of(dom), mountpoints, true) };
    },
    domainFsthaw({ dom, mountpoints, flags }, context) {
      checkFlags(context, flags);
      return { filesystems: freeze(domains.of(dom), mountpoints, false) };
    },
    domainFstrim({ dom, mountPoint, flags }, context) {
      checkFlags(context, flags);
      domains.of(dom).checkActive();
      if (mountPoint !== null && !(MOUNT_POINTS as readonly string[]).includes(mountPoint)) {
        throw invalidOperation(`mount point not found: ${mountPoint}`);
      }
    },
    domainGetFsinfo({ dom, flags }, context) {
      checkFlags(context, flags);
      const domain = domains.of(dom);
      domain.checkActive();
      const disk = devicesOf(domain.definition, "disk").find((one) => one.get("device") === "disk");
      const dev = disk?.child("target")?.get("dev");
      const info: DomainFsinfo[] = dev === undefined ? [] : MOUNT_POINTS.map((mountpoint, at) => ({
        mountpoint,
        name: `${dev}${at + 1}`,
        fstype: "ext4",
        devAliases: [dev],
      }));
      return { info, ret: info.length };
    },
    domainSetUserPassword({ dom, flags }, context) {
      checkFlags(context, flags, 1);
      domains.of(dom).checkActive();
    },
    domainInterfaceAddresses({ dom, source, flags }, context) {
      checkFlags(context, flags);
      if (source >= ADDRESS_SOURCES) {
        throw refusal(
          ErrorNumber.ARGUMENT_UNSUPPORTED,
          `Unknown IP address data source ${source}`,
        );
      }
      const domain = domains.of(dom);
      domain.checkActive();
      const count = devicesOf(domain.definition, "interface").length;
      return { ifaces: Array.from({ length: count }, (_, index) => addressOf(domain, index)) };
    },
    domainInjectNmi({ dom, flags }, context) {
      checkFlags(context, flags);
      domains.of(dom).checkActive();
    },
    domainSendKey({ dom, codeset, keycodes, flags }, context) {
      checkFlags(context, flags);
      domains.of(dom).checkActive();
      const set = keycodeSet(codeset);
      for (const keycode of keycodes) {
        if (!set.knows(keycode)) {
          throw internalError(`invalid keycode ${keycode} of ${set.name} codeset`);
        }
      }
    },
    domainSendProcessSignal({ dom, pidValue, signum, flags }, context) {
      checkFlags(context, flags);
      if (pidValue !== 1n) {
        throw invalidArgument("only sending a signal to pid 1 is supported");
      }
      if (signum >= SIGNALS) throw invalidArgument(`signum value ${signum} is out of range`);
      domains.of(dom);
    },
    domainScreenshot({ flags }, context) {
      checkFlags(context, flags);
      const stream = context.openStream({});
      stream.write(SCREENSHOT);
      stream.end();
      return { mime: "image/png" };
    },
  };
}
