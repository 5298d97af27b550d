/**
 * What the presets of the filter let a client do, in terms of libvirt's own permissions.
 *
 * @module
 */

/** Sets of procedures by name. */
export type FilterPreset = "monitor" | "operate" | "all";

/** The names of the presets, the narrower first. */
export const FILTER_PRESETS: readonly FilterPreset[] = ["monitor", "operate", "all"];

/** Permissions of any object that change nothing and show no secret; `search_…` beside them. */
export const LOOKING: ReadonlySet<string> = new Set(["getattr", "read"]);

/**
 * What `operate` lets a client do beyond looking: start, stop and handle what others have defined.
 *
 * Left out is what changes a definition, reads or writes disks and memory, takes XML or a path of
 * the host (a snapshot, a save, a dump, a migration name files there), or shows a secret.
 */
export const OPERATING: ReadonlySet<string> = new Set([
  "domain:fs_freeze",
  "domain:fs_trim",
  "domain:init_control",
  "domain:inject_nmi",
  "domain:open_device",
  "domain:pm_control",
  "domain:reset",
  "domain:screenshot",
  "domain:send_input",
  "domain:send_signal",
  "domain:set_time",
  "domain:start",
  "domain:stop",
  "domain:suspend",
  "interface:start",
  "interface:stop",
  "network:start",
  "network:stop",
  "node_device:start",
  "node_device:stop",
  "storage_pool:refresh",
  "storage_pool:start",
  "storage_pool:stop",
]);

/**
 * Procedures of `operate` whose permission covers others that name a file of the host: a managed
 * save has no path of the caller's.
 */
export const OPERATING_BY_NAME: ReadonlySet<string> = new Set([
  "domainManagedSave",
  "domainManagedSaveRemove",
]);

/** Permissions where libvirt's note says less than the procedure does, each with the reason. */
export const CORRECTED: Readonly<Record<string, readonly string[]>> = {
  // noted as domain:read (remote_protocol.x), though it sets what its `Flags` twin needs write for
  domainSetSchedulerParameters: ["domain:write", "domain:save"],
};

/** Procedures whose packets carry descriptors, one way or the other; no WebSocket can. */
export const PASSING_DESCRIPTORS: ReadonlySet<string> = new Set([
  "domainCreateWithFiles",
  "domainCreateXmlWithFiles",
  "domainFdAssociate",
  "domainOpenGraphics",
  "domainOpenGraphicsFd",
  "lxcDomainOpenNamespace",
  "qemuDomainMonitorCommandWithFiles",
]);

/** Procedures by which a client says who it is: the proxy has done that. */
export const AUTHENTICATING: ReadonlySet<string> = new Set([
  "authSaslInit",
  "authSaslStart",
  "authSaslStep",
  "authPolkit",
]);
