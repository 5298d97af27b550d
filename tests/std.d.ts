// Types for the names that deno.json maps to a build without declarations; only what is used.
declare module "@std/assert" {
  export class AssertionError extends Error {}
  export function assert(expr: unknown, msg?: string): asserts expr;
  export function assertEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): void;
  export function assertMatch(actual: string, expected: RegExp, msg?: string): void;
  export function assertStringIncludes(actual: string, expected: string, msg?: string): void;
  export function assertArrayIncludes<T>(actual: ArrayLike<T>, expected: ArrayLike<T>): void;
  export function assertObjectMatch(
    actual: Record<PropertyKey, unknown>,
    expected: Record<PropertyKey, unknown>,
  ): void;
  // deno-lint-ignore no-explicit-any
  export function assertInstanceOf<T extends abstract new (...args: any[]) => any>(
    actual: unknown,
    expectedType: T,
    msg?: string,
  ): asserts actual is InstanceType<T>;
  export function assertThrows(fn: () => unknown): unknown;
  export function assertThrows<E extends Error>(
    fn: () => unknown,
    // deno-lint-ignore no-explicit-any
    errorClass: abstract new (...args: any[]) => E,
    msgIncludes?: string,
  ): E;
  export function assertRejects(fn: () => PromiseLike<unknown>): Promise<unknown>;
  export function assertRejects<E extends Error>(
    fn: () => PromiseLike<unknown>,
    // deno-lint-ignore no-explicit-any
    errorClass: abstract new (...args: any[]) => E,
    msgIncludes?: string,
  ): Promise<E>;
  export function fail(msg?: string): never;
}
declare module "@std/encoding/hex" {
  export function encodeHex(src: string | Uint8Array | ArrayBuffer): string;
  export function decodeHex(src: string): Uint8Array<ArrayBuffer>;
}
declare module "@std/encoding/base64" {
  export function encodeBase64(src: string | Uint8Array | ArrayBuffer): string;
  export function decodeBase64(src: string): Uint8Array<ArrayBuffer>;
}
declare module "@std/streams" {
  export function toText(stream: ReadableStream): Promise<string>;
  export function toBytes(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>>;
}
declare module "ws" {
  export class WebSocket {
    constructor(url: string, protocols: string[], options?: { perMessageDeflate?: boolean });
    binaryType: string;
    readonly protocol: string;
    readonly bufferedAmount: number;
    readonly readyState: number;
    send(data: string | Uint8Array | ArrayBuffer, done?: (error?: Error) => void): void;
    close(code?: number, reason?: string): void;
    ping(): void;
    pong(data?: Uint8Array, masked?: boolean, done?: () => void): void;
    terminate(): void;
    pause(): void;
    resume(): void;
    // deno-lint-ignore no-explicit-any
    addEventListener(type: string, listener: (event: any) => void): void;
    // deno-lint-ignore no-explicit-any
    on(type: string, listener: (...args: any[]) => void): this;
  }
  export class WebSocketServer {
    constructor(options: {
      noServer?: boolean;
      clientTracking?: boolean;
      autoPong?: boolean;
      maxPayload?: number;
      perMessageDeflate?: boolean;
      handleProtocols?: (protocols: Set<string>, request: unknown) => string | false;
    });
    readonly clients: Set<WebSocket>;
    handleUpgrade(
      request: unknown,
      socket: unknown,
      head: unknown,
      done: (socket: WebSocket) => void,
    ): void;
    close(done?: () => void): void;
  }
}
