/**
 * The half of a domain that concerns streams: its consoles, its channels, its screen.
 *
 * @module
 */

import { DomainChannelFlags, DomainConsoleFlags } from "../../gen/enums/domain.ts";
import { domainOpenChannel, domainOpenConsole, domainScreenshot } from "../../gen/remote/domain.ts";
import { unsupported } from "../errors.ts";
import type { FlagOptions } from "../session/caller.ts";
import { DuplexStream, readBytes } from "../streams.ts";
import { DomainCpus } from "./domain_cpus.ts";
import { openStream } from "./open_stream.ts";

/** Options of `Domain.openConsole()`. */
export interface DomainOpenConsoleOptions extends FlagOptions {
  /** Alias of the console, serial port or parallel port (`serial0`); the first console when left out. */
  readonly device?: string | undefined;
  /** Whether to disconnect whoever else has it open. */
  readonly force?: boolean | undefined;
  /** Whether to refuse where the driver cannot keep two from having it open at once. */
  readonly safe?: boolean | undefined;
  /** Gives the stream up, also after it was opened. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `Domain.openChannel()`. */
export interface DomainOpenChannelOptions extends FlagOptions {
  /** Whether to disconnect whoever else has it open. */
  readonly force?: boolean | undefined;
  /** Gives the stream up, also after it was opened. */
  readonly signal?: AbortSignal | undefined;
}

/** What `Domain.screenshot()` answers. */
export interface DomainScreenshot {
  /** MIME type of the image: `image/png` or `image/x-portable-pixmap`. */
  readonly mimeType: string;
  /** The image. */
  readonly body: ReadableStream<Uint8Array>;
}

/** What a domain has of streams; part of `Domain`. */
export abstract class DomainStreams extends DomainCpus {
  /**
   * Opens a console: bytes both ways.
   *
   * What the guest does not take stays with the daemon, which after five packets reads no more from
   * this connection, so keep what you type to a running guest, or use a connection of its own. Reading
   * ends when the guest does; whoever is disconnected by another's `force` gets the error
   * `stream had I/O failure`. Since libvirt 0.8.6.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainOpenConsole
   *
   * @example Show what a console prints
   * ```ts
   * import type { Domain } from "@virtwire/libvirt";
   *
   * async function watch(domain: Domain, show: (text: string) => void): Promise<void> {
   *   await using console = await domain.openConsole();
   *   const decoder = new TextDecoder();
   *   for await (const chunk of console.readable) show(decoder.decode(chunk, { stream: true }));
   * }
   * ```
   */
  async openConsole(options: DomainOpenConsoleOptions = {}): Promise<DuplexStream> {
    const flags = (options.flags ?? 0) |
      (options.force ? DomainConsoleFlags.FORCE : 0) |
      (options.safe ? DomainConsoleFlags.SAFE : 0);
    const args = { dom: this.handle, devName: options.device ?? null, flags };
    const { stream } = await openStream(domainOpenConsole, this.caller, args, options);
    return new DuplexStream(stream);
  }

  /**
   * Opens a channel by its name, or the first one: bytes both ways.
   *
   * Since libvirt 1.0.2.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainOpenChannel
   */
  async openChannel(
    name: string | null,
    options: DomainOpenChannelOptions = {},
  ): Promise<DuplexStream> {
    const flags = (options.flags ?? 0) | (options.force ? DomainChannelFlags.FORCE : 0);
    const args = { dom: this.handle, name, flags };
    const { stream } = await openStream(domainOpenChannel, this.caller, args, options);
    return new DuplexStream(stream);
  }

  /**
   * Takes a picture of a screen, the first one when left out.
   *
   * Since libvirt 0.9.2.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainScreenshot
   *
   * @example
   * ```ts
   * import type { Domain } from "@virtwire/libvirt";
   *
   * async function show(domain: Domain): Promise<Response> {
   *   const { mimeType, body } = await domain.screenshot();
   *   return new Response(body, { headers: { "content-type": mimeType } });
   * }
   * ```
   */
  async screenshot(screen: number = 0, options: FlagOptions = {}): Promise<DomainScreenshot> {
    const args = { dom: this.handle, screen, flags: options.flags ?? 0 };
    const { result, stream } = await openStream(domainScreenshot, this.caller, args, options);
    return { mimeType: result.mime ?? "application/octet-stream", body: readBytes(stream) };
  }

  /**
   * Always rejects with an UnsupportedError: the hypervisor would be given a file descriptor, for
   * which JavaScript has no path. Connect to the address in the domain's XML instead.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainOpenGraphics
   */
  openGraphics(idx: number, _options: FlagOptions = {}): Promise<never> {
    return Promise.reject(noDescriptors("domainOpenGraphics", idx));
  }

  /**
   * Always rejects with an UnsupportedError: the answer would be a file descriptor, for which
   * JavaScript has no path. Connect to the address in the domain's XML instead.
   *
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainOpenGraphicsFD
   */
  openGraphicsFd(idx: number, _options: FlagOptions = {}): Promise<never> {
    return Promise.reject(noDescriptors("domainOpenGraphicsFd", idx));
  }
}

function noDescriptors(procedure: string, idx: number): Error {
  return unsupported(
    `"${procedure}" cannot open graphics device ${idx}: it passes a file descriptor, which no ` +
      `transport of this library can; connect to the address in the domain's XML instead`,
    procedure,
  );
}
