// Connects to the socket named by its first argument, with keepalive: run by a test. Awaits a call,
// or nothing at all, as the second argument says.
import process from "node:process";
import { connect } from "../../mod.ts";

const [path, what] = process.argv.slice(2);
const conn = await connect(`test+unix:///default?socket=${path}`, {
  keepalive: { interval: 50, count: 100 },
});
if (what === "call") {
  process.stdout.write(`${await conn.getHostname()}\n`);
  await conn.close();
} else {
  process.stdout.write("connected\n");
  conn.closed.then((reason) => process.stdout.write(`closed by ${reason}\n`));
}
