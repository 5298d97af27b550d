/**
 * The picture that `top` draws.
 *
 * @module
 */

import type { createColors } from "picocolors";
import stringWidth from "string-width";
import { DomainState } from "../../gen/enums/domain.ts";
import { bar } from "./progress.ts";
import { stateText } from "./reasons.ts";
import type { Usage } from "./samples.ts";
import { bytes, rate } from "./values.ts";

type Colors = ReturnType<typeof createColors>;

/** What is known of the host. */
export interface HostFacts {
  readonly hostname: string;
  readonly type: string;
  readonly cpus: number;
  /** Bytes. */
  readonly memory: number;
}

/** What there is to draw. */
export interface Picture {
  readonly host: HostFacts;
  readonly usages: readonly Usage[];
  /** The name of the column that they are sorted by. */
  readonly sort: string;
  /** How many domains are above the first that is shown. */
  readonly scroll: number;
  /** What happened last. */
  readonly notice: string;
  readonly columns: number;
  readonly rows: number;
  readonly colors: Colors;
}

const BARS = "▁▂▃▄▅▆▇█";
const NAME_MIN = 12;
const SPARK = 12;
const HOST_BAR = 20;
const HOST_BAR_MIN = 4;

/** Values between 0 and a maximum as a row of small bars, the newest on the right. */
export function sparkline(values: readonly number[], maximum: number, width: number): string {
  const shown = values.slice(-width);
  const highest = Math.max(maximum, 1e-9);
  const text = shown.map((value) =>
    BARS[Math.max(0, Math.min(BARS.length - 1, Math.round(value / highest * (BARS.length - 1))))]
  ).join("");
  return text.padStart(width);
}

/** The columns beside the name, by what a terminal has room for. */
interface Cell {
  readonly title: string;
  readonly width: number;
  draw(usage: Usage): string;
}

function cells({ host, columns, colors }: Picture): Cell[] {
  const heat = (text: string, share: number) =>
    share >= 0.8 ? colors.red(text) : share >= 0.5 ? colors.yellow(text) : colors.green(text);
  const both = (a: number | null, b: number | null) =>
    a === null || b === null ? "-".padStart(10) : `${rate(a).padStart(10)} ${rate(b).padStart(10)}`;
  const spark = (values: readonly number[], maximum: number) =>
    colors.cyan(sparkline(values, maximum, SPARK));
  const all: (Cell & {
    /** The lower, the sooner it is shown where there is little room. */
    readonly rank: number;
  })[] = [
    {
      title: "State",
      width: 11,
      rank: 0,
      draw: ({ state }) =>
        state === DomainState.RUNNING ? colors.green("running") : colors.dim(stateText(state)),
    },
    {
      title: "CPU".padStart(7),
      width: 7,
      rank: 0,
      draw: ({ cpu }) => (cpu === null ? "-" : `${cpu.toFixed(1)}%`).padStart(7),
    },
    {
      title: "",
      width: 10,
      rank: 2,
      draw: ({ cpu, vcpus }) => {
        const share = (cpu ?? 0) / 100 / Math.max(1, vcpus);
        return heat(bar(share, 10), share);
      },
    },
    {
      title: "",
      width: SPARK,
      rank: 3,
      draw: ({ history, vcpus }) => spark(history.cpu, Math.max(1, vcpus) * 100),
    },
    {
      title: "Memory".padStart(11),
      width: 11,
      rank: 1,
      draw: ({ memoryUsed, memory }) => bytes(memoryUsed ?? memory).padStart(11),
    },
    {
      title: "",
      width: 10,
      rank: 6,
      draw: ({ memoryUsed, memory, memoryMax }) => {
        // of itself where the guest tells what it uses, else of the host
        const share = memoryUsed === null
          ? memory / Math.max(1, host.memory)
          : memoryUsed / Math.max(1, memoryMax);
        return heat(bar(share, 10), share);
      },
    },
    {
      title: "Disk read, write",
      width: 21,
      rank: 4,
      draw: ({ diskRead, diskWrite }) => both(diskRead, diskWrite),
    },
    {
      title: "",
      width: SPARK,
      rank: 7,
      draw: ({ history }) => spark(history.disk, Math.max(...history.disk)),
    },
    {
      title: "Net in, out",
      width: 21,
      rank: 5,
      draw: ({ netReceive, netSend }) => both(netReceive, netSend),
    },
    {
      title: "",
      width: SPARK,
      rank: 8,
      draw: ({ history }) => spark(history.network, Math.max(...history.network)),
    },
  ];
  let room = columns - NAME_MIN;
  const shown = new Set<Cell>();
  for (const cell of [...all].sort((a, b) => a.rank - b.rank)) {
    if (room < cell.width + 1) break;
    room -= cell.width + 1;
    shown.add(cell);
  }
  return all.filter((cell) => shown.has(cell));
}

// deno-lint-ignore no-control-regex
const COLOR = /(\x1b\[[0-9;]*m)/;

/** Cuts or fills a text, colours and all, to a width. */
function fit(text: string, width: number): string {
  const wide = stringWidth(text);
  if (wide <= width) return text + " ".repeat(width - wide);
  let cut = "";
  let room = width - 1;
  for (const part of text.split(COLOR)) {
    if (part.startsWith("\x1b")) {
      cut += part; // those behind the end too: they put an end to colours
      continue;
    }
    for (const { segment } of new Intl.Segmenter().segment(part)) {
      room -= stringWidth(segment);
      if (room < 0) break;
      cut += segment;
    }
    if (room < 0) room = -Infinity;
  }
  return `${cut}…`;
}

/** What the host's processors and memory are used for, with bars where there is room for them. */
function hostLine(host: HostFacts, cpu: number, memory: number, columns: number): string {
  const [cpuTotal, memoryTotal] = [`${host.cpus * 100}%`, bytes(host.memory)];
  // of the longest texts: a bar that changes its width would be read as a value
  const texts = `CPU  ${cpuTotal} of ${cpuTotal}   Memory  1023.99 MiB of ${memoryTotal}`.length;
  const width = Math.min(HOST_BAR, Math.floor((columns - texts) / 2));
  const drawn = (share: number) => width < HOST_BAR_MIN ? "" : `${bar(share, width)} `;
  return `CPU ${drawn(cpu / 100 / Math.max(1, host.cpus))}${cpu.toFixed(0)}% of ${cpuTotal}   ` +
    `Memory ${drawn(memory / Math.max(1, host.memory))}${bytes(memory)} of ${memoryTotal}`;
}

/** Draws it: so many lines as the terminal has, each as wide as it is. */
export function drawTop(picture: Picture): string[] {
  const { host, usages, sort, scroll, notice, columns, rows, colors } = picture;
  const running = usages.filter(({ state }) => state === DomainState.RUNNING).length;
  const cpu = usages.reduce((sum, usage) => sum + (usage.cpu ?? 0), 0);
  const memory = usages.reduce(
    (sum, { state, memory }) => sum + (state === DomainState.SHUTOFF ? 0 : memory),
    0,
  );
  const shown = cells(picture);
  const taken = shown.reduce((sum, { width }) => sum + width + 1, 0);
  const nameWidth = Math.max(NAME_MIN, Math.min(40, columns - taken));
  const row = (name: string, texts: readonly string[]) =>
    [fit(name, nameWidth), ...texts.map((text, i) => fit(text, shown[i]!.width))].join(" ");
  const lines = [
    fit(
      `${colors.bold(host.hostname)}  ${host.type}  ${usages.length} domain${
        usages.length === 1 ? "" : "s"
      }, ${running} running, by ${sort}`,
      columns,
    ),
    fit(hostLine(host, cpu, memory, columns), columns),
    "",
    colors.bold(fit(row("Name", shown.map(({ title }) => title)), columns)),
    ...usages.slice(scroll, scroll + Math.max(0, rows - 5))
      .map((usage) => row(usage.name, shown.map((cell) => cell.draw(usage)))),
  ];
  while (lines.length < rows - 1) lines.push("");
  lines.length = Math.max(0, rows - 1);
  lines.push(colors.dim(fit(notice, columns - 1)));
  return lines;
}
