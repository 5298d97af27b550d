/**
 * What of libvirt's C interface a pure client has no counterpart of, group by group with the reason.
 *
 * @module
 */

/** Functions that share a reason. */
export interface ExcusedGroup {
  /** What they have in common, for the totals. */
  readonly title: string;
  /** Why there is no counterpart. */
  readonly reason: string;
  /** Whether there shall be one. */
  readonly notYet?: true;
  /** The names: whole, or a pattern of the whole name. */
  readonly functions: readonly (string | RegExp)[];
}

/** The groups; a function belongs to one of them at most. */
export const EXCUSED_GROUPS: readonly ExcusedGroup[] = [
  {
    title: "memory of C",
    reason: "counts references or frees memory, as the garbage collector does",
    functions: [/^vir(Adm)?\w+(?<!Connect)(Ref|Free)$/, "virConnectRef", "virAdmConnectRef"],
  },
  {
    title: "the library's start and version",
    reason: "starts libvirt's own library or tells its version; there is none here",
    functions: ["virInitialize", "virGetVersion", "virAdmInitialize", "virAdmGetVersion"],
  },
  {
    title: "the last error of a thread",
    reason: "keeps the last error of a thread; here the call that failed throws a LibvirtError",
    functions: [
      /^virConn(CopyLast|GetLast|ResetLast|SetErrorFunc|SetError)(Error)?$/,
      "virCopyLastError",
      "virDefaultErrorFunc",
      "virErrorFunc",
      "virFreeError",
      "virGetLastError",
      "virResetError",
      "virResetLastError",
      "virSaveLastError",
      "virSetErrorFunc",
    ],
  },
  {
    title: "the event loop",
    reason: "plugs an event loop into C; the runtime's own serves here",
    functions: [/^virEvent(Add|Remove|Update|Register|Run|Handle|Timeout)\w*$/, "virFreeCallback"],
  },
  {
    title: "polling of streams",
    reason: "waits until a stream can move; reading and writing web streams waits by itself",
    functions: [/^virStreamEvent\w+$/],
  },
  {
    title: "callbacks of streams",
    reason: "a callback that moves a stream's bytes; web streams are piped instead",
    functions: [/^virStream(Sink|Source)\w*Func$/],
  },
  {
    title: "arrays of typed parameters",
    reason: "builds or searches an array in C; here typed parameters are a plain object",
    functions: [/^virTypedParams(?!Add)\w+$/],
  },
  {
    title: "namespaces of the calling process",
    reason: "moves the calling process itself by system calls; nothing is sent to the daemon",
    functions: [/^virDomainLxcEnter\w+$/],
  },
  {
    title: "passing of descriptors",
    reason: "passes file descriptors, for which the transports have no way yet",
    notYet: true,
    functions: [
      "virDomainCreateWithFiles",
      "virDomainCreateXMLWithFiles",
      "virDomainFDAssociate",
      "virDomainLxcOpenNamespace",
      "virDomainOpenGraphics",
      "virDomainOpenGraphicsFD",
      "virDomainQemuMonitorCommandWithFiles",
    ],
  },
];

/** The group that a function belongs to. */
export function excusedGroup(cName: string): ExcusedGroup | undefined {
  return EXCUSED_GROUPS.find(({ functions }) =>
    functions.some((f) => typeof f === "string" ? f === cName : f.test(cName))
  );
}
