import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { skipWithoutPair, startPair } from "../daemons/pair.ts";
import { test } from "../harness.ts";
import { CountingGuest } from "../migration/counting_guest.ts";
import { connect } from "../../mod.ts";
import { cli, newPlace, onTerminal, skipWithoutTerminal } from "./cli.ts";

test("cli: migrate says why a domain could not be moved, and it runs on", async () => {
  await using here = await newPlace();
  const nowhere = await here.run("migrate", "test", "qemu+unix:///system?socket=/nonexistent");
  assertEquals([nowhere.status, nowhere.stdout], [1, ""]);
  assertStringIncludes(nowhere.stderr, "/nonexistent");
  for (
    const option of [["--timeout-suspend"], [
      "--timeout",
      "9",
      "--timeout-suspend",
      "--timeout-postcopy",
    ]]
  ) {
    const wrong = await here.run("migrate", ...option, "test", here.uri);
    assertEquals([wrong.status, wrong.stdout], [2, ""], wrong.stderr);
  }
  const same = await here.run("migrate", "test", here.uri);
  assertEquals([same.status, same.stdout], [1, ""]);
  assertEquals((await here.run("domstate", "test")).stdout, "running\n");
}, { timeout: 120_000 });

test("cli: libvirtd 9 and 12: migrate shows how far it is", async () => {
  await using pair = await startPair("9", "12");
  const guest = new CountingGuest(pair.directory, "counter");
  {
    await using conn = await connect(pair.a.uri);
    await conn.createDomainXml(guest.xml);
  }
  await guest.countsOn(5, 60_000);
  // compressed, with a limit that it does not reach
  const options = [
    ...["--live", "--verbose", "--timeout", "120", "--timeout-suspend"],
    ...["--compressed", "--comp-methods", "xbzrle", "--comp-xbzrle-cache", "4M"],
  ];
  const { status, stdout } = await onTerminal(
    ["-c", pair.a.uri, "migrate", ...options, "counter", pair.b.uri],
  ).ended;
  assertEquals(status, 0, stdout);
  assert(/counter +.*[\d.]+ [KMG]iB.*iB\/s/.test(stdout), stdout);
  assertEquals((await cli(["-c", pair.b.uri, "domstate", "counter"])).stdout, "running\n");
}, { skip: skipWithoutPair("9", "12") || skipWithoutTerminal, timeout: 180_000 });
