import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  type Connection,
  type Domain,
  DomainEvent,
  LibvirtError,
  UnsupportedError,
} from "../../mod.ts";
import { qemuAgentCommand, qemuAttach } from "../../src/qemu.ts";
import { startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import { skipWithoutGuest, startGuest } from "./guest.ts";
import { crypto, digest, MIB, open } from "./volumes.ts";

const NAME = "org.example.echo";

/** Starts the guest and waits until its agent has opened the channel, and so the other one too. */
async function startWithAgent(conn: Connection): Promise<Domain> {
  const events = conn.events(DomainEvent.AGENT_LIFECYCLE);
  await events.ready;
  const domain = await startGuest(conn);
  for await (const { stateName } of events) if (stateName === "CONNECTED") break;
  return domain;
}

async function code(call: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => call, LibvirtError)).codeName;
}

for (const version of ["9", "12"] as const) {
  test(
    `libvirtd ${version}: a guest's channel, both ways without loss, and its agent`,
    async () => {
      await using daemon = await startDaemon(version);
      await using conn = await open(daemon);
      const domain = await startWithAgent(conn);
      const ping = JSON.stringify({ execute: "guest-ping" });
      assertEquals(JSON.parse((await qemuAgentCommand(domain, ping, { agentTimeout: 20 }))!), {
        return: {},
      });
      await assertRejects(
        () => qemuAgentCommand(domain, '{"execute":"guest-no"}'),
        LibvirtError,
        "unable to execute QEMU agent command 'guest-no'",
      );
      await assertRejects(() => qemuAttach(conn, 1), UnsupportedError, "virDomainQemuAttach");
      assertEquals((await domain.getSecurityLabelList()).map(({ enforcing }) => enforcing), [
        false,
        false,
      ]);
      assertEquals(await domain.getLaunchSecurityInfo(), {});

      const channel = await domain.openChannel(NAME);
      const data = crypto.randomBytes(MIB);
      const writing = (async () => {
        const writer = channel.writable.getWriter();
        for (let at = 0; at < MIB; at += 16384) await writer.write(data.subarray(at, at + 16384));
        writer.releaseLock();
      })();
      const reader = channel.readable.getReader();
      async function* echoed(): AsyncGenerator<Uint8Array> {
        for (let left = MIB; left > 0;) {
          const { value, done } = await reader.read();
          if (done) throw new Error(`The channel ended ${left} bytes too early`);
          left -= value.length;
          yield value;
        }
      }
      const [back] = await digest(echoed());
      await writing;
      assertEquals(back, crypto.createHash("sha256").update(data).digest("hex"));

      assertEquals(await code(domain.openChannel(NAME)), "OPERATION_FAILED");
      assertEquals(await code(domain.openChannel("org.example.none")), "INTERNAL_ERROR");
      const other = await domain.openChannel(NAME, { force: true });
      await assertRejects(() => reader.read(), LibvirtError, "I/O failure");
      await other.close();
      await (await domain.openChannel(NAME)).close(); // the daemon has let go of it

      const last = await domain.openChannel(null); // the first that there is
      // a qemu that is killed leaves its end of the channel with or without a reset
      const end = new Response(last.readable).arrayBuffer().then(
        ({ byteLength }) => assertEquals(byteLength, 0),
        (error: unknown) => void assertInstanceOf(error, LibvirtError),
      );
      await domain.destroy();
      await end;
      await last.close().catch(() => {});
      assertEquals(conn.isAlive, true);
    },
    { skip: skipWithoutGuest(version), timeout: 180_000 },
  );
}
