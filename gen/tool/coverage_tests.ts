/**
 * Which tests call a method, as far as their text tells.
 *
 * @module
 */

/** A file that calls a method. */
export interface TestUse {
  /** The path below `tests/`. */
  readonly path: string;
  /** Whether its tests talk to a daemon of libvirt's. */
  readonly daemon: boolean;
}

/** How variables that hold an object of a class are called in the tests. */
const RECEIVERS: Readonly<Record<string, RegExp>> = {
  AdminClient: /clients?$/i,
  AdminConnection: /(?:conn|connection|admin)$/i,
  AdminServer: /(?:server|srv)s?$/i,
  Connection: /(?:conn|connection|first|second|reader)$/i,
  Domain: /(?:dom|domain|guest)s?$/i,
  DomainCheckpoint: /(?:checkpoint|child|parent)s?$/i,
  DomainSnapshot: /(?:snap|snapshot|child|parent)s?$/i,
  Interface: /(?:iface|interface)s?$/i,
  LibvirtError: /(?:cause|err|error|reason|refused|thrown)$/i,
  Network: /(?:net|network)s?$/i,
  NetworkPort: /ports?$/i,
  NodeDevice: /(?:dev|device)s?$/i,
  NwFilter: /filters?$/i,
  NwFilterBinding: /bindings?$/i,
  Secret: /secrets?$/i,
  StoragePool: /pools?$/i,
  StorageVol: /(?:vol|volume|clone|disk)s?$/i,
};

const DAEMON = /\b(?:startDaemon|skipWithoutDaemon|withDaemon)\b|\bspec\(/;

/** How many files the table names. */
const NAMED = 2;

/** The files, those that talk to a daemon and those with tests of their own first. */
export function findTests(
  ours: readonly string[],
  tests: ReadonlyMap<string, string>,
): readonly TestUse[] {
  const found: TestUse[] = [];
  for (const [path, text] of tests) {
    if (ours.some((name) => uses(text, name))) found.push({ path, daemon: DAEMON.test(text) });
  }
  return found.sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1)).slice(0, NAMED);
}

function rank({ path, daemon }: TestUse): number {
  return (daemon ? 0 : 2) + (path.endsWith("_test.ts") ? 0 : 1);
}

const IMPORT = /^import [^;]*;$/gm;
const withoutImports = new Map<string, string>();

function uses(text: string, name: string): boolean {
  const code = withoutImports.get(text) ?? text.replace(IMPORT, "");
  withoutImports.set(text, code);
  const [owner, member] = name.split(".");
  if (member === undefined) return new RegExp(`(?<![.\\w])${owner}\\(`).test(code);
  if (!code.includes(member) || owner!.startsWith("Admin") && !/admin/i.test(text)) return false;
  const receiver = RECEIVERS[owner!];
  if (receiver === undefined) return new RegExp(`\\b${owner}\\s*\\.${member}\\b`).test(code);
  // `disk.x`, `disks[0]!.x`, `new StorageVol(caller, disk).x`
  const use = new RegExp(
    `(?:\\bnew (\\w+)\\([^()]*\\)|\\b(\\w+?)\\d*(?:\\[[^\\]]*\\])?[!?]*)\\s*\\.${member}\\b`,
    "g",
  );
  for (const [, made, held] of code.matchAll(use)) {
    if (made === owner || receiver.test(held ?? "")) return true;
  }
  // what no other class and no built-in object has, whatever the variable is called
  return /[a-z][A-Z]/.test(member) && !SHARED.test(member) &&
    new RegExp(`\\.${member}\\(`).test(code);
}

/** Members that several classes have, as far as their names have several words. */
const SHARED =
  /^(?:get(?:XmlDesc|Info|Autostart|Parent|Parameters|Metadata|Hostname|MaxVcpus|SecurityModel)|set(?:Autostart|Parameters|Metadata)|is(?:Active|Persistent|Alive)|listAllChildren|list(?:Servers|Clients)|lookup(?:Pool|Server|Client)|getLibVersion)$/;
