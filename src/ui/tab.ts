/**
 * What a tab of a domain's page is.
 *
 * @module
 */

/** A tab that is open. */
export interface Tab {
  /** What is shown. */
  readonly root: HTMLElement;
  /** Shows what has changed. */
  update(): void;
  /** The tab is left: ends what it has under way. */
  close(): void;
}
