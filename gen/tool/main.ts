// deno-lint-ignore-file no-console
/**
 * `deno task gen [--check] [--from-source DIR [--api DIR]]`: the schema to TypeScript.
 *
 * With `--from-source` the schema is first read again from libvirt's own files. With `--check`
 * nothing is written: any difference fails.
 *
 * @module
 */

import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import process from "node:process";
import { describeCoverage } from "./coverage.ts";
import { readCoverageInputs } from "./coverage_inputs.ts";
import { COVERAGE_FILE, emitCoverage } from "./emit_coverage.ts";
import { generate } from "./generate.ts";
import { readSource } from "./from_source.ts";
import { formatApi, formatWire } from "./schema_json.ts";
import type { Api, Wire } from "./model.ts";

const root = new URL("../../", import.meta.url);
const OUTPUT = ["gen/rpc", "gen/remote", "gen/qemu", "gen/lxc", "gen/admin", "gen/enums"];

function at(path: string): URL {
  return new URL(path, root);
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(at(path), "utf8");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}

async function readJson<T>(path: string, fallback?: T): Promise<T> {
  const text = await readOptional(path);
  if (text === undefined) {
    if (fallback !== undefined) return fallback;
    throw new Error(`Cannot generate: ${path} is missing`);
  }
  return JSON.parse(text) as T;
}

async function existing(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of OUTPUT) {
    const names = await readdir(at(folder)).catch(() => []);
    found.push(...names.map((name) => `${folder}/${name}`));
  }
  return found;
}

const USAGE = "Usage: deno task gen [--check] [--from-source DIR [--api DIR]]";

function parse() {
  return parseArgs({
    options: {
      check: { type: "boolean", default: false },
      "from-source": { type: "string" },
      api: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  }).values;
}

async function main(): Promise<number> {
  let values: ReturnType<typeof parse>;
  try {
    values = parse();
  } catch (error) {
    console.error(`Error: ${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const source = values["from-source"];
  if (source !== undefined) {
    const committedApi = await readJson<Api>("gen/schema/api.json");
    const apiDir = values.api;
    const read = readSource(source, { committedApi, ...(apiDir === undefined ? {} : { apiDir }) });
    await writeFile(at("gen/schema/wire.json"), formatWire(read.wire));
    await writeFile(at("gen/schema/api.json"), formatApi(read.api));
    await writeFile(at("gen/schema/VERSION"), `${read.version}\n`);
    console.log(`Read the schema of libvirt ${read.version} from ${source}`);
    for (const remark of read.remarks) console.log(remark);
  }
  const wire = await readJson<Wire>("gen/schema/wire.json");
  const api = await readJson<Api>("gen/schema/api.json");
  const files = generate({
    wire,
    api,
    docs: {
      ...await readJson<Record<string, string>>("gen/schema/docs.json", {}),
      ...await readJson<Record<string, string>>("gen/schema/docs_enums.json", {}),
    },
  });
  const coverage = describeCoverage({ wire, api, ...readCoverageInputs() });
  files.set(COVERAGE_FILE, emitCoverage(coverage, api.libvirt));
  const stale: string[] = [];
  for (const [path, text] of files) {
    if (await readOptional(path) === text) continue;
    stale.push(path);
    if (!values.check) {
      await mkdir(dirname(at(path).pathname), { recursive: true });
      await writeFile(at(path), text);
    }
  }
  for (const path of (await existing()).filter((path) => !files.has(path))) {
    stale.push(path);
    if (!values.check) await rm(at(path));
  }
  if (!values.check) {
    console.log(`${files.size} files generated, ${stale.length} changed`);
    return 0;
  }
  for (const path of stale) console.error(`Not what the generator makes: ${path}`);
  if (stale.length > 0) console.error("Run `deno task gen` and commit what it changes");
  else console.log(`${files.size} generated files are fresh`);
  return stale.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  // a wrong interface file names its place; the stack would only show the parser
  console.error(`Error: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
