import { assertEquals } from "@std/assert";
import { refusal, refusalCodes } from "./refusal.ts";
import { spec } from "./targets.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47];

spec("domain screen", {
  "gives a picture whose kind it tells, more than once": async (conn) => {
    const domain = await conn.lookupDomainByName("test");
    for (let i = 0; i < 3; i++) {
      const { mimeType, body } = await domain.screenshot();
      const picture = new Uint8Array(await new Response(body).arrayBuffer());
      assertEquals([mimeType, [...picture.subarray(0, 4)]], ["image/png", SIGNATURE]);
      assertEquals(String.fromCharCode(...picture.subarray(-8, -4)), "IEND");
    }
  },
  "leaves a picture that nobody looks at": async (conn) => {
    const domain = await conn.lookupDomainByName("test");
    const { body } = await domain.screenshot(0);
    await body.cancel();
    const reason = new Error("enough");
    const { body: other } = await domain.screenshot(0, { signal: AbortSignal.timeout(10_000) });
    await other.cancel(reason);
    assertEquals((await domain.getState()).state, 1);
  },
  "has no console or channel, and refuses flags for the screen": async (conn) => {
    const domain = await conn.lookupDomainByName("test");
    const calls = [domain.openConsole(), domain.openChannel("x")];
    assertEquals(await refusalCodes(calls), ["NO_SUPPORT"]);
    assertEquals((await refusal(domain.screenshot(0, { flags: 1 })))[0], "INVALID_ARG");
  },
});
