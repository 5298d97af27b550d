/**
 * The version in all the places that have one.
 *
 * @module
 */

/** The texts that name the version. */
export interface VersionTexts {
  /** deno.json. */
  readonly deno: string;
  /** package.json. */
  readonly npm: string;
  /** CHANGELOG.md. */
  readonly changelog: string;
}

/** The newest version that a changelog describes, and what it says of it. */
export interface Entry {
  readonly version: string;
  readonly date: string;
  readonly text: string;
}

const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

/** The first version below `Unreleased`; `undefined` where there is none. */
export function newestEntry(changelog: string): Entry | undefined {
  const [, version, date, text] =
    /^## \[(\d[^\]]*)\] - (\d{4}-\d{2}-\d{2})\n([^]*?)(?=^## |(?![^]))/m.exec(changelog) ?? [];
  if (version === undefined) return undefined;
  return { version, date: date!, text: text!.trim() };
}

/** What has not been given a version yet. */
export function unreleased(changelog: string): string {
  return /^## \[Unreleased\]\n([^]*?)(?=^## |(?![^]))/m.exec(changelog)?.[1]?.trim() ?? "";
}

/** What is wrong with the versions; nothing where they agree. */
export function versionFaults({ deno, npm, changelog }: VersionTexts): string[] {
  const version: unknown = JSON.parse(deno).version;
  if (typeof version !== "string" || !VERSION.test(version)) {
    return [`deno.json has no version as 1.2.3, but ${JSON.stringify(version)}`];
  }
  const faults: string[] = [];
  const other: unknown = JSON.parse(npm).version;
  if (other !== version) faults.push(`package.json has ${other}, deno.json ${version}`);
  const entry = newestEntry(changelog);
  if (entry?.version !== version) {
    faults.push(`CHANGELOG.md describes ${entry?.version ?? "no version"}, not ${version}`);
  } else if (entry.text === "") faults.push(`CHANGELOG.md says nothing of ${version}`);
  if (unreleased(changelog) !== "") {
    faults.push(`CHANGELOG.md has changes under "Unreleased": they belong to ${version}`);
  }
  return faults;
}
