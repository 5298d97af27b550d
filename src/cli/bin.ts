#!/usr/bin/env node
/**
 * What npm installs as `virtwire`.
 *
 * @module
 */

import { runProcess } from "./main.ts";

await runProcess();
