/**
 * What the address says is shown.
 *
 * @module
 */

/** The tabs of a domain's page. */
export const TABS = ["overview", "console", "screenshot", "snapshots"] as const;

/** A tab's name. */
export type TabName = typeof TABS[number];

/** A domain's page. */
export interface Route {
  readonly host: string;
  readonly uuid: string;
  readonly tab?: TabName;
}

/** The address of a page. */
export function addressOf({ host, uuid, tab }: Route): string {
  const base = `#/${encodeURIComponent(host)}/${uuid}`;
  return tab === undefined || tab === "overview" ? base : `${base}/${tab}`;
}

/** The page that the address names; `undefined` is the list. */
export function currentRoute(): Route | undefined {
  const [, host, uuid, tab] = /^#\/([^/]+)\/([^/]+)(?:\/(\w+))?$/.exec(location.hash) ?? [];
  if (host === undefined || uuid === undefined) return undefined;
  const known = TABS.find((name) => name === tab) ?? "overview";
  return { host: decodeURIComponent(host), uuid, tab: known };
}
