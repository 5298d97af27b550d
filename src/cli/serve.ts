/**
 * `deno task serve`: as `virtwire serve`.
 *
 * @module
 */

import process from "node:process";
import { main } from "./main.ts";

process.exitCode = await main(["serve", ...process.argv.slice(2)]);
