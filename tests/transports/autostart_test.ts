import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ConnectionError } from "../../src/errors.ts";
import { dialUnix } from "../../transports/unix.ts";
import { fs as files, process } from "../daemons/builtin.ts";
import { test } from "../harness.ts";
import { fs, runChild, withTempDir } from "./host.ts";

const skip = !fs.existsSync("/usr/bin/nc") && "a stand-in for the daemon needs /usr/bin/nc";

test(
  "transports: autostart: a daemon is started when none runs, and used when one does",
  () =>
    withTempDir(async (dir) => {
      const path = `${dir}/daemon.sock`;
      const autostart = `${dir}/daemon`;
      fs.writeFileSync(
        autostart,
        `#!/bin/sh\necho "$$ $@" >>"${dir}/starts"\n` +
          `mkfifo "${dir}/pipe"; cat "${dir}/pipe" | nc -lkU "${path}" >"${dir}/pipe" &\n` +
          `echo $! >"${dir}/nc"; wait\n`,
      );
      fs.chmodSync(autostart, 0o755);
      const child = new URL("./autostart_child.ts", import.meta.url);
      let id: number | undefined;
      try {
        for (let i = 0; i < 2; i++) {
          const ended = await runChild(child, [path, autostart]);
          assertEquals(ended, { code: 0, stdout: "hello\n", stderr: "" });
          const starts = files.readFileSync(`${dir}/starts`, "utf8");
          assertMatch(starts, /^\d+ --timeout=120\n$/);
          id = parseInt(starts);
          assert(fs.existsSync(`/proc/${id}`)); // though the one who started it has ended
        }
      } finally {
        // it leads a process group of its own
        if (id !== undefined) process.kill(-id, "SIGKILL");
      }
    }),
  { skip },
);

test("transports: autostart: a daemon that is not installed", () =>
  withTempDir(async (dir) => {
    const autostart = `${dir}/none`;
    await assertRejects(
      () => dialUnix({ kind: "unix", path: `${dir}/s`, autostart }),
      ConnectionError,
      `Cannot start ${autostart}: there is no such program; install libvirt's daemon`,
    );
  }));

test("transports: autostart: an abort while the daemon starts", () =>
  withTempDir(async (dir) => {
    const autostart = "/bin/true"; // has ended long before
    const signal = AbortSignal.timeout(300);
    const error = await assertRejects(
      () => dialUnix({ kind: "unix", path: `${dir}/s`, autostart }, { signal }),
    );
    assertEquals((error as Error).name, "TimeoutError");
  }));
