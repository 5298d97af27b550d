/**
 * What takes too long for every run of the tests: `deno run -A tests/proof/streams.ts [large] [kills]
 * [aborts] [memory] [sparse]`, likewise with Bun and Node. Prints a line of JSON for each result and ends with
 * an error at the first that is not as it should be.
 *
 * - `large`: 8 GiB up and down, SHA-256 of both sides, with both daemons.
 * - `kills`: the daemon is killed at a random point of 200 transfers.
 * - `aborts`: 200 transfers on one connection are given up at random points, with each daemon.
 * - `memory`: a download whose reader takes 20 MiB/s.
 * - `sparse`: a file of 16 GiB with 64 MiB of data up and down.
 *
 * @module
 */

import { downloadFile, uploadFile } from "../../mod.ts";
import { type DaemonVersion, startDaemon } from "../daemons/daemons.ts";
import { endAtSignals } from "../daemons/kept_directory.ts";
import { runtime } from "../harness.ts";
import {
  crypto,
  descriptorsTo,
  digest,
  fs,
  MIB,
  newPool,
  newVolume,
  open,
  path,
  process,
} from "../streams/volumes.ts";

const VERSIONS: readonly DaemonVersion[] = ["9", "12"];
const LARGE = 8 * 1024 * MIB;
const KILLS = 200;
const ABORTS = 200;
const PATIENCE = 60_000;

const PROOFS: Readonly<Record<string, () => Promise<void>>> = {
  large,
  kills,
  aborts,
  memory,
  sparse,
};

function print(proof: string, result: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ proof, runtime, ...result })}\n`);
}

function check(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

async function large(): Promise<void> {
  for (const version of VERSIONS) {
    await using daemon = await startDaemon(version);
    await using conn = await open(daemon);
    const [volume, file] = await newVolume(daemon, await newPool(daemon, conn), "large");
    const block = crypto.randomBytes(4 * MIB);
    const hash = crypto.createHash("sha256");
    let seconds = 0;
    const writer = (await volume.upload({ length: BigInt(LARGE) })).getWriter();
    for (let at = 0; at < LARGE; at += block.length) {
      block.writeBigUInt64LE(BigInt(at), 0); // no two blocks are the same
      hash.update(block);
      const start = performance.now();
      await writer.write(block);
      seconds += (performance.now() - start) / 1000;
    }
    await writer.close();
    const sent = hash.digest("hex");
    const [kept] = await digest(fs.createReadStream(file, { highWaterMark: MIB }));
    const start = performance.now();
    const [got, length] = await digest(await volume.download());
    check(sent === kept && sent === got && length === LARGE, `${sent} ${kept} ${got} ${length}`);
    print("large", {
      version,
      sha256: sent,
      upload_seconds: seconds,
      download_and_hash_seconds: (performance.now() - start) / 1000,
    });
  }
}

async function kills(): Promise<void> {
  const outcomes: Record<string, number> = {};
  for (let i = 0; i < KILLS; i++) {
    await using daemon = await startDaemon(VERSIONS[i % 2]!);
    await using conn = await open(daemon);
    const [volume, file] = await newVolume(daemon, await newPool(daemon, conn), "killed");
    fs.truncateSync(file, 64 * MIB);
    const killing = Math.random() * 60 * MIB;
    let position = 0;
    let killed = false;
    const moved = (bytes: number) => {
      position += bytes;
      if (position < killing || killed) return;
      killed = true;
      process.kill(daemon.pid, "SIGKILL");
    };
    const transfer = async () => {
      if (i % 4 < 2) {
        for await (const { length } of await volume.download()) moved(length);
      } else {
        const writer = (await volume.upload()).getWriter();
        const part = new Uint8Array(65536);
        for (let at = 0; at < 64 * MIB; at += part.length) {
          await writer.write(part);
          moved(part.length);
        }
        await writer.close();
      }
      return "success";
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hang = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve("hang"), PATIENCE);
    });
    const outcome = await Promise.race([transfer().catch((error) => error.name), hang]);
    clearTimeout(timer);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    check(outcome === "ConnectionError", `transfer ${i}: ${outcome}`);
  }
  print("kills", outcomes);
}

async function aborts(): Promise<void> {
  for (const version of VERSIONS) {
    await using daemon = await startDaemon(version);
    await using conn = await open(daemon);
    const [volume, file] = await newVolume(daemon, await newPool(daemon, conn), "aborted");
    const data = crypto.randomBytes(16 * MIB);
    await volume.uploadFrom(data);
    let completed = 0;
    for (let i = 0; i < ABORTS; i++) {
      const controller = new AbortController();
      const reason = new Error(`abort ${i}`);
      const after = Math.random() * data.length;
      let position = 0;
      const moved = (bytes: number) => {
        if ((position += bytes) >= after) controller.abort(reason);
      };
      if (i % 5 === 0) setTimeout(() => controller.abort(reason), Math.random() * 5);
      const { signal } = controller;
      const transfer = async () => {
        if (i % 2 === 0) {
          for await (const { length } of await volume.download({ signal })) moved(length);
        } else {
          const writer = (await volume.upload({ signal })).getWriter();
          for (let at = 0; at < data.length; at += 65536) {
            await writer.write(data.subarray(at, at + 65536));
            moved(65536);
          }
          signal.throwIfAborted();
          await writer.close();
        }
      };
      const outcome = await transfer().catch((error) => error);
      if (outcome === undefined) completed++;
      else check(outcome === reason, `transfer ${i}: ${outcome}`);
      await conn.getHostname();
    }
    for (let tries = 0; descriptorsTo(daemon, file) > 0; tries++) {
      check(tries < 500, "the daemon still has the file open after 10 s");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await volume.uploadFrom(data);
    const [sha256] = await digest(await volume.download());
    check(sha256 === crypto.createHash("sha256").update(data).digest("hex"), "the data differs");
    print("aborts", { version, given_up: ABORTS - completed, completed });
  }
}

async function memory(): Promise<void> {
  await using daemon = await startDaemon("9");
  await using conn = await open(daemon);
  const [volume, file] = await newVolume(daemon, await newPool(daemon, conn), "slow");
  fs.truncateSync(file, 512 * MIB);
  const RATE = 20 * MIB / 1000;
  const idle = process.memoryUsage().rss;
  let peak = idle;
  let bytes = 0;
  const start = performance.now();
  let slowest = 0;
  for await (const { length } of await volume.download()) {
    bytes += length;
    peak = Math.max(peak, process.memoryUsage().rss);
    const due = bytes / RATE - (performance.now() - start);
    if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
    if (bytes % (16 * MIB) < length) {
      const before = performance.now();
      await conn.getHostname();
      slowest = Math.max(slowest, performance.now() - before);
    }
  }
  const seconds = (performance.now() - start) / 1000;
  const grown = (peak - idle) / MIB;
  print("memory", {
    idle_mib: idle / MIB,
    peak_mib: peak / MIB,
    grown_mib: grown,
    seconds,
    slowest,
  });
  check(grown < 64, `memory grew by ${grown} MiB`);
}

async function sparse(): Promise<void> {
  for (const version of VERSIONS) {
    await using daemon = await startDaemon(version);
    await using conn = await open(daemon);
    const [volume, target] = await newVolume(daemon, await newPool(daemon, conn), "sparse");
    const source = path.join(daemon.directory, "source");
    const copy = path.join(daemon.directory, "copy");
    const file = fs.openSync(source, "w");
    const part = crypto.randomBytes(MIB);
    for (let i = 0; i < 64; i++) fs.writeSync(file, part, 0, MIB, i * 256 * MIB + MIB);
    fs.ftruncateSync(file, 16 * 1024 * MIB);
    fs.closeSync(file);
    const up = await uploadFile(volume, source);
    const down = await downloadFile(volume, copy);
    for (const { bytes, holeBytes } of [up, down]) {
      check(bytes === 64n << 20n && bytes + holeBytes === 16n << 30n, `${bytes} ${holeBytes}`);
    }
    const blocks = [source, target, copy].map((name) => fs.statSync(name).blocks * 512 / MIB);
    check(blocks.every((mib) => mib < 70), `the files take ${blocks} MiB of disk`);
    print("sparse", { version, up_seconds: up.seconds, down_seconds: down.seconds, mib: blocks });
  }
}

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !Object.hasOwn(PROOFS, name));
if (unknown !== undefined) {
  process.stderr.write(`Usage: streams.ts [${Object.keys(PROOFS).join("] [")}]\n`);
  process.exit(unknown === "--help" ? 0 : 2);
}
endAtSignals();
for (const [name, prove] of Object.entries(PROOFS)) {
  if (chosen.length === 0 || chosen.includes(name)) await prove();
}
