/**
 * Feeds a target: inputs from the grammar, and inputs that did something new, changed.
 *
 * @module
 */

import { decodeBase64, encodeBase64 } from "@std/encoding/base64";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { Random } from "../codec/random.ts";
import { Flaw, type Target } from "./targets.ts";

/** What came of it. */
export interface Fed {
  readonly target: string;
  readonly inputs: number;
  /** How many different things happened. */
  readonly behaviours: number;
  readonly seconds: number;
}

// More than any input of these sizes may cost a server, and far more than a heap grows by at a time.
const STEP = 256 * 1024 * 1024;

const POOL = 2000;
const POOLED_BYTES = 8192;
// what is kept in the repository
const KEPT = 60;
const KEPT_BYTES = 400;

function corpusFile(target: string): URL {
  return new URL(`./corpus/${target}.txt`, import.meta.url);
}

/** The inputs that are kept in the repository. */
export function corpusOf(target: string): Uint8Array[] {
  const file = corpusFile(target);
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split("\n").filter((line) => line !== "").map(decodeBase64);
}

/** Feeds it; throws a Flaw that tells the input. */
export async function fuzz(
  target: Target,
  inputs: number,
  seed: number,
  keep = false,
): Promise<Fed> {
  const random = new Random(seed);
  const seen = new Set<string>();
  const pool: Uint8Array[] = [];
  const started = performance.now();
  const corpus = corpusOf(target.name);
  let most = process.memoryUsage.rss();
  for (let n = 0; n < inputs; n++) {
    const bytes = corpus[n] ??
      (pool.length > 0 && random.oneIn(2)
        ? target.change(random.pick(pool), random)
        : target.make(random));
    let answer: string | Promise<string>;
    try {
      answer = target.feed(bytes);
      if (typeof answer !== "string") {
        answer = await answer;
        const now = process.memoryUsage.rss();
        if (now > most + STEP) throw new Flaw(`took ${Math.round((now - most) / 1e6)} MB`);
        most = Math.max(most, now);
      }
    } catch (error) {
      const input = encodeBase64(bytes);
      const what = error instanceof Flaw ? error.message : `threw ${error}`;
      throw new Flaw(`${target.name}, input ${n} of seed ${seed}: ${what}\n${input}`, {
        cause: error,
      });
    }
    if (seen.has(answer)) continue;
    if (seen.size < 100_000) seen.add(answer);
    if (bytes.length > POOLED_BYTES) continue;
    if (pool.length < POOL) pool.push(bytes.slice());
    else pool[random.below(POOL)] = bytes.slice();
  }
  if (keep) {
    const small = pool.filter(({ length }) => length <= KEPT_BYTES).slice(0, KEPT);
    writeFileSync(corpusFile(target.name), small.map((one) => encodeBase64(one) + "\n").join(""));
  }
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  return { target: target.name, inputs, behaviours: seen.size, seconds };
}
