import { assertEquals, assertRejects } from "@std/assert";
import { readProxyOptions, UsageError } from "../../src/cli/proxy_options.ts";
import { fs, os, path } from "../daemons/builtin.ts";
import { test } from "../harness.ts";

const TARGET = ["--target", "a=test:///default"];

test("cli: proxy: what can never work is said before anything is served", async () => {
  const wrong: readonly (readonly [readonly string[], string])[] = [
    [["--target", "a=nonsense"], 'Cannot parse the URI "nonsense"'],
    [[...TARGET, "--listen", "127.0.0.1:65536"], "Expected --listen HOST:PORT"],
    [[...TARGET, "--trust-proxy", "10.0.0.0/8"], "Expected an IP address for --trust-proxy"],
    [[...TARGET, "--token-file", "/nonexistent"], 'Cannot read "/nonexistent": it does not exist'],
    [[...TARGET, "--token-file", "/"], 'Cannot read "/": it is a directory'],
    [[...TARGET, "--config", "/nonexistent"], 'Cannot read "/nonexistent": it does not exist'],
    [[...TARGET, "--files", "/nonexistent"], 'Cannot read "/nonexistent": it does not exist'],
    [
      [...TARGET, "--cert", "/nonexistent", "--key", "/nonexistent"],
      'Cannot read "/nonexistent": it does not exist',
    ],
    [
      [...TARGET, "--ticket-key-file", "/nonexistent"],
      'Cannot read "/nonexistent": it does not exist',
    ],
  ];
  for (const [args, message] of wrong) {
    await assertRejects(() => readProxyOptions(args as string[]), Error, message);
  }
  await assertRejects(() => readProxyOptions(["--target", "a=nonsense"]), UsageError);
  await assertRejects(() => readProxyOptions([]), UsageError, "Give a target");
});

test("cli: proxy: tokens of a file, with comments and targets", async () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "virtwire-tokens-"));
  const file = path.join(directory, "tokens");
  fs.writeFileSync(file, "# who may\nalice 0123456789abcdef\n\nbob fedcba9876543210 a\n");
  const read = await readProxyOptions([...TARGET, "--token-file", file, "--trust-proxy", "::1"]);
  fs.rmSync(directory, { recursive: true });
  assertEquals(read?.madeUp, undefined);
  assertEquals(read?.options.trustedProxies, ["::1"]);
  assertEquals(read?.options.tokens, [
    { name: "alice", token: "0123456789abcdef" },
    { name: "bob", token: "fedcba9876543210", targets: ["a"] },
  ]);
});
