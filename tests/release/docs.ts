// deno-lint-ignore-file no-console
/**
 * `deno task docs`: the reference as HTML, in `.cache/docs`; a warning is a failure.
 *
 * @module
 */

import { join } from "node:path";
import { entryPoints } from "../npm/build.ts";
import { root } from "../runner/files.ts";

/** Where it is made. */
export const DOCS: string = join(root, ".cache", "docs");

/** Makes the reference; throws an Error with what `deno doc` complains of. */
export async function buildDocs(): Promise<void> {
  await Deno.mkdir(join(root, ".cache"), { recursive: true });
  const paths = Object.values(await entryPoints());
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--html", "--name=@virtwire/libvirt", `--output=${DOCS}`, ...paths],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
  }).output();
  const said = new TextDecoder().decode(stderr).trim();
  if (!success || !/^Written \d+ files to "[^"]+"$/.test(said)) {
    throw new Error(`The reference is not made without warnings:\n${said}`);
  }
}

if (import.meta.main) {
  await buildDocs();
  console.log(`Made ${DOCS}`);
}
