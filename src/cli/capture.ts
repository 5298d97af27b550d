import type { Connection } from "../connection.ts";
import type { ConnectOptions } from "../connect.ts";

export function connectCaptured(
  _uri: string | undefined,
  _options: ConnectOptions,
  _file: string,
): Promise<[Connection, () => Promise<void>]> {
  throw new Error("TODO");
}
