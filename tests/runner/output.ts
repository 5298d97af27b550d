/**
 * Runs a program for what it prints.
 *
 * @module
 */

/**
 * What a program prints, without the white space around it.
 *
 * @throws {Error} with all that it printed, where it fails
 */
export async function output(
  command: string,
  args: readonly string[],
  directory?: string,
): Promise<string> {
  const { success, code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    ...(directory === undefined ? {} : { cwd: directory }),
  }).output();
  const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (!success) {
    throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${printed}\n${errors}`);
  }
  return printed!;
}
