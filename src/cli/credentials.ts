/**
 * Asking the user for a name and a password.
 *
 * @module
 */

import process from "node:process";
import type { CredentialRequest } from "../auth/sasl.ts";
import { ExitStatus, Interrupted } from "./failures.ts";

/**
 * Asks on the terminal, secrets without showing them; `null` where there is nobody to ask.
 *
 * The question goes to standard error, for standard output may be a file.
 */
export async function askCredential(
  { prompt, secret, suggested }: CredentialRequest,
  signal: AbortSignal,
): Promise<string | null> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return null;
  const { isCancel, password, text } = await import("@clack/prompts");
  const common = { message: prompt, output: process.stderr, signal };
  // a mask of nothing: not even the length is shown
  const answer = secret
    ? await password({ ...common, mask: "" })
    : await text({ ...common, ...(suggested === undefined ? {} : { initialValue: suggested }) });
  // the prompt takes the keys as they are, ctrl-C too
  if (isCancel(answer)) throw new Interrupted(ExitStatus.INTERRUPTED);
  return answer ?? "";
}
