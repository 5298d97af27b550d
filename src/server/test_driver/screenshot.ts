/**
 * The picture that every screenshot shows.
 *
 * @module
 */

// A grey square of 16 × 16 pixels. libvirt's driver sends a file of its package instead.
const BASE64 =
  "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAD0lEQVR42mNoQAMMI1sAAAUMgAHjM1mKAAAAAElFTkSuQmCC";

/** The picture as a PNG file. */
export const SCREENSHOT: Uint8Array = Uint8Array.from(atob(BASE64), (char) => char.charCodeAt(0));
