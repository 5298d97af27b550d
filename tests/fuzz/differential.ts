// deno-lint-ignore-file no-console
// Needs libvirtd 12 (tests/daemons/install.sh).
/**
 * `deno run -A tests/fuzz/differential.ts [--inputs N] [--seed N] [--shown N] [--length N] [FILE...]`,
 * likewise with Bun and Node: definitions, or those of files with one on each line, given to libvirtd's
 * test driver and to ours. What they print or refuse must be the same; where it is not, tells of each
 * kind of difference how often it came, both answers, and the smallest document that still shows it.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { connect, type Connection } from "../../mod.ts";
import { LibvirtError } from "../../src/errors.ts";
import type { XmlElement } from "../../src/xml/element.ts";
import { parseXml } from "../../src/xml/parse.ts";
import { XmlSyntaxError } from "../../src/xml/well_formed.ts";
import { Random } from "../codec/random.ts";
import { type RealDaemon, startDaemon } from "../daemons/daemons.ts";
import { endAtSignals } from "../daemons/kept_directory.ts";
import { changeDocument, makeDocument, type Oddness } from "./documents.ts";
import { differenceOf, sameErrors, withoutOne } from "./differences.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    inputs: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    shown: { type: "string", default: "20" },
    length: { type: "string", default: "2000" },
  },
});

// What ends libvirtd 12.8.0, so that nothing can be compared.
const FATAL: readonly RegExp[] = [
  /<vcpu[^>]*>\s*\d{6,}/,
  /<iothreads>\s*[+0]*\d{6,}/,
  /current='\d{6,}/,
  /<filesystem[^>]*type='volume'/,
];

async function answer(connection: Connection, xml: string): Promise<string> {
  try {
    switch (/^<(\w+)/.exec(xml)?.[1]) {
      case "network": {
        const network = await connection.defineNetworkXml(xml);
        const text = await network.getXmlDesc();
        await network.undefine();
        return text;
      }
      case "pool": {
        const pool = await connection.defineStoragePoolXml(xml);
        const text = await pool.getXmlDesc();
        await pool.undefine();
        return text;
      }
      case "volume": {
        const pool = await connection.lookupStoragePoolByName("default-pool");
        const volume = await pool.createVolumeXml(xml);
        const text = await volume.getXmlDesc();
        await volume.delete();
        return text;
      }
    }
    const domain = await connection.defineDomainXml(xml);
    const text = await domain.getXmlDesc();
    await domain.undefine();
    return text;
  } catch (error) {
    if (!(error instanceof LibvirtError) || error.domain === undefined) throw error;
    return `${error.codeName} ${error.domainName}: ${error.message}`;
  }
}

let daemon: RealDaemon | undefined;
let theirs: Connection | undefined;
let ours: Connection | undefined;
let ended = 0;

async function bothAnswers(xml: string): Promise<readonly [string, string] | undefined> {
  daemon ??= await startDaemon("12");
  theirs ??= await connect(`test+unix:///default?socket=${daemon.socket}`);
  ours ??= await connect("test:///default");
  try {
    return [await answer(theirs, xml), await answer(ours, xml)];
  } catch (error) {
    console.log(`${error}\n  ${xml}\n`);
    ended++;
    for (const one of [theirs, ours]) await one.close().catch(() => undefined);
    await daemon.stop();
    daemon = theirs = ours = undefined;
    return undefined;
  }
}

const isDocument = (answer: string): boolean => answer.startsWith("<");

function rootOf(xml: string): XmlElement | undefined {
  try {
    return parseXml(xml);
  } catch (error) {
    if (error instanceof XmlSyntaxError) return undefined;
    throw error;
  }
}

// A part without which the answers still differ, and are of the same kinds, is left out.
async function smallest(
  xml: string,
  first: readonly [string, string],
): Promise<readonly [xml: string, kind: string]> {
  let kind = differenceOf(...first)!;
  let left = 80;
  for (let at = 0; left > 0; left--) {
    const root = rootOf(xml);
    const shorter = root === undefined ? undefined : withoutOne(root, at);
    if (shorter === undefined) break;
    const answers = await bothAnswers(shorter);
    const alike = answers !== undefined && sameErrors(answers, first);
    const difference = alike ? differenceOf(...answers) : undefined;
    if (difference === undefined) at++;
    else [xml, kind] = [shorter, difference];
  }
  return [xml, kind];
}

// Few, so that a difference is not hidden behind another: only the first flaw of a document is told.
const ODD: Oddness = { values: 60, strangers: 30 };
const taken: string[] = [];
const shapes = new Set<string>();

function* documents(): Generator<string> {
  if (positionals.length > 0) {
    for (const file of positionals) {
      yield* readFileSync(file, "utf8").split("\n").filter((line) => line !== "");
    }
    return;
  }
  const random = new Random(Number(values.seed));
  for (let n = Number(values.inputs); n > 0; n--) {
    yield taken.length > 0 && random.oneIn(2)
      ? changeDocument(random.pick(taken), random)
      : makeDocument(random, ODD);
  }
}

interface Kind {
  times: number;
  example: string;
}

const kinds = new Map<string, Kind>();
let [fed, accepted, different] = [0, 0, 0];
endAtSignals();
try {
  for (const xml of documents()) {
    if (
      rootOf(xml) === undefined || xml.length > Number(values.length) ||
      FATAL.some((one) => one.test(xml))
    ) continue;
    const answers = await bothAnswers(xml);
    if (answers === undefined) continue;
    fed++;
    if (isDocument(answers[0])) {
      accepted++;
      const shape = answers[0].replace(/'[^']*'|>[^<]*</g, "");
      if (!shapes.has(shape)) taken.push(xml);
      shapes.add(shape);
    }
    if (differenceOf(...answers) === undefined) continue;
    different++;
    const [example, difference] = await smallest(xml, answers);
    const kind = kinds.get(difference) ?? { times: 0, example };
    kind.times++;
    if (example.length < kind.example.length) kind.example = example;
    kinds.set(difference, kind);
  }
  const shown = [...kinds].sort(([, a], [, b]) => b.times - a.times).slice(0, Number(values.shown));
  for (const [difference, { times, example }] of shown) {
    console.log(`${times} times: ${difference}\n  ${example}\n`);
  }
  console.log(JSON.stringify({ fed, accepted, different, kinds: kinds.size, ended }));
  process.exitCode = different + ended === 0 ? 0 : 1;
} finally {
  await theirs?.close();
  await ours?.close();
  await daemon?.stop();
}
