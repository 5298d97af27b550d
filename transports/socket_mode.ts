/**
 * Binding a unix socket with given permissions.
 *
 * @module
 */

/**
 * Runs `bind`, which creates a socket's file, so that the file never has more permissions than
 * `mode`.
 *
 * Where the process's umask may not be changed (worker threads, Deno without `--allow-sys=umask`)
 * `chmod` corrects them directly afterwards.
 */
export function bindWithMode<T>(
  mode: number,
  umask: (mask: number) => number,
  chmod: () => void,
  bind: () => T,
): T {
  let previous: number;
  try {
    previous = umask(0o777 & ~mode);
  } catch {
    const bound = bind();
    chmod();
    return bound;
  }
  try {
    return bind();
  } finally {
    umask(previous);
  }
}
