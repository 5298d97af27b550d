import { assert, assertStringIncludes } from "@std/assert";
import { fs, path } from "../daemons/builtin.ts";
import { test } from "../harness.ts";
import { withTempDir } from "../transports/host.ts";
import { COMMAND, start } from "./cli.ts";

const SECRET = "5f2bTopSecret";
const PROXY = [...COMMAND.slice(0, -1), path.join(COMMAND.at(-1)!, "../proxy.ts")];

async function refusalOf(command: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await start(command, { input: "" }).ended;
  assert(status !== 0 && !`${stdout}${stderr}`.includes(SECRET), `${stdout}${stderr}`);
  return stderr;
}

test("cli: secrets of a URI are not in its messages", async () => {
  for (
    const [args, shown] of [
      [["-c", `wss://h/t?token=${SECRET}#x`, "list"], '"wss://h/t?token=***"'],
      [
        ["-c", `test+ssh://u:${SECRET}@h/x?mode=direct`, "list"],
        '"test+ssh://u:***@h/x?mode=direct"',
      ],
      [[`wss://h/t?token=${SECRET}`, "list"], "'wss://h/t?token=***'"],
      [["list", `--conect=test+ssh://u:${SECRET}@h/x`], "'--conect=test+ssh://u:***@h/x'"],
    ] as const
  ) assertStringIncludes(await refusalOf([...COMMAND, ...args]), shown);
});

test("proxy: secrets of its command line and its file are not in its messages", () =>
  withTempDir(async (directory) => {
    const config = path.join(directory, "proxy.json");
    fs.writeFileSync(config, `{ "tokens": [{ "name": "me", "token": ${SECRET} }] }`);
    for (
      const [args, shown] of [
        [["--target", `test+ssh://u:${SECRET}@h/x`], 'found "test+ssh://u:***@h/x"'],
        [["--target", `a=wss://h/t?token=${SECRET}#x`], '"wss://h/t?token=***"'],
        [["--config", config], `Expected JSON in ${config}`],
      ] as const
    ) {
      assertStringIncludes(await refusalOf([...PROXY, ...args]), shown);
    }
  }));
