/**
 * How far long work is, on a terminal.
 *
 * @module
 */

import process from "node:process";
import { SingleBar } from "cli-progress";
import stringWidth from "string-width";
import type { OnProgress, StreamProgress } from "../stream_progress.ts";
import type { Output } from "./output.ts";
import { bytes, clock, rate } from "./values.ts";

/** A bar for one transfer; draws nothing where standard error is no terminal, and with `--quiet`. */
export class TransferBar implements Disposable {
  readonly #bar: SingleBar | undefined;
  #started = false;
  /** The last that was heard. */
  last: StreamProgress | undefined;

  /** Draws nothing yet. */
  constructor(out: Output, title: string) {
    if (!out.showsProgress) return;
    this.#bar = new SingleBar({
      format: (_options, _params, payload) =>
        draw(title, payload as StreamProgress, process.stderr.columns),
      stream: process.stderr,
      hideCursor: true,
      gracefulExit: false, // ctrl-C is this program's own affair
      fps: 10,
    });
  }

  /** Takes the reports of the transfer. */
  readonly report: OnProgress = (progress) => {
    this.last = progress;
    if (this.#bar === undefined) return;
    if (!this.#started) {
      this.#bar.start(1, 0, progress);
      this.#started = true;
    }
    this.#bar.update(progress.done ? 1 : 0, progress);
  };

  /** Leaves the last line where it is, and gives the cursor back. */
  [Symbol.dispose](): void {
    if (this.#started) this.#bar?.stop();
  }
}

const BAR = 24;
const BAR_MIN = 4;
/** Share, rate and time left at their longest, and what is between the parts. */
const BESIDE_BAR = "100%".length + "1023 MiB/s".length + "59:59 left".length + 10;

/** One line, as wide as the terminal at most: title, bar, share, bytes, rate, time left. */
export function draw(title: string, progress: StreamProgress, columns: number = 80): string {
  const room = Math.max(20, columns - 1);
  const position = progress.bytes + progress.holeBytes;
  const { total } = progress;
  const share = progress.done
    ? 1
    : total === undefined || total === 0n
    ? undefined
    : Math.min(1, Number(position) / Number(total));
  const parts = [
    title,
    ...(share === undefined
      ? []
      : [barFor(title, progress, share, room), `${Math.floor(share * 100)}%`.padStart(4)]),
    total === undefined || progress.done
      ? bytes(position)
      : `${bytes(position)} of ${bytes(total)}`,
    rate(progress.rate),
    progress.done
      ? `in ${clock(progress.seconds)}`
      : progress.secondsLeft === undefined
      ? ""
      : `${clock(progress.secondsLeft)} left`,
  ];
  return parts.filter((part) => part !== "").join("  ").slice(0, room);
}

// Its width depends on nothing that changes on the way: it would jump.
function barFor(title: string, { total }: StreamProgress, share: number, room: number): string {
  const amounts = 2 * bytes(total ?? 0n).length + " of ".length;
  const width = Math.min(BAR, room - stringWidth(title) - amounts - BESIDE_BAR);
  return width < BAR_MIN ? "" : bar(share, width);
}

/** A bar of blocks for a share between 0 and 1. */
export function bar(share: number, width: number = BAR): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const full = Math.floor(eighths / 8);
  const part = eighths % 8;
  return ("█".repeat(full) + (part > 0 ? " ▏▎▍▌▋▊▉"[part]! : "")).padEnd(width, "░");
}
