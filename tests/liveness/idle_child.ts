// Connects with keepalive, lets go of the connection and has nothing else to do: run
// by a test. Its timers must not keep it alive.
import process from "node:process";
import { connect } from "../../mod.ts";
import { createTestHypervisor } from "../../src/testing.ts";
import { listenUnix } from "../../transports/listen.ts";

const path = process.argv[2]!;
const hypervisor = createTestHypervisor();
const listener = await listenUnix(path);
listener.setKeepsAlive(false);
(async () => {
  for await (const duplex of listener) {
    duplex.setKeepsAlive!(false);
    hypervisor.serve(duplex);
  }
})();
const conn = await connect(`test+unix:///default?socket=${path}`, {
  keepalive: { interval: 60_000, count: 5 },
});
conn.session.duplex.setKeepsAlive!(false);
process.stdout.write("connected\n");
