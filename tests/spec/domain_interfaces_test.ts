import { assert, assertEquals } from "@std/assert";
import { startGuest } from "./guest_domain.ts";
import { refusal } from "./refusal.ts";
import { spec } from "./targets.ts";

const MAC = "52:54:00:00:00:01";
const UNLIMITED = {
  "inbound.average": 0,
  "inbound.peak": 0,
  "inbound.burst": 0,
  "inbound.floor": 0,
  "outbound.average": 0,
  "outbound.peak": 0,
  "outbound.burst": 0,
};

spec("domain interfaces", {
  "count what passed": async (conn) => {
    const domain = await startGuest(conn);
    const first = await domain.interfaceStats("testnet0");
    assertEquals(Object.values(first).map((value) => typeof value), Array(8).fill("bigint"));
    assert(first.rxBytes > 0n && first.txPackets > 0n, JSON.stringify(Object.keys(first)));
    const second = await domain.interfaceStats("testnet0");
    assert(second.rxBytes >= first.rxBytes);
    assertEquals((await refusal(domain.interfaceStats("no")))[0], "INVALID_ARG");
  },
  "have limits, by name and by MAC address": async (conn) => {
    const domain = await startGuest(conn);
    assertEquals(await domain.getInterfaceParameters(MAC), UNLIMITED);
    await domain.setInterfaceParameters(MAC, { "inbound.average": 1000, "outbound.peak": 2000 });
    const limits = await domain.getInterfaceParameters("testnet0");
    assertEquals(limits["inbound.average"], 1000);
    assertEquals((await refusal(domain.getInterfaceParameters("no")))[0], "INVALID_ARG");
  },
});
