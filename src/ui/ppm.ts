/**
 * Portable pixmaps, which some hypervisors send as screenshots and no browser shows.
 *
 * @module
 */

/** Reads a binary pixmap (P6) into what a canvas takes. */
export function readPixmap(bytes: Uint8Array): ImageData {
  const header = /^P6\s+(?:#.*\s+)*(\d+)\s+(\d+)\s+(\d+)\s/.exec(
    new TextDecoder("latin1").decode(bytes.subarray(0, 512)),
  );
  if (header === null) throw new Error("Cannot read the screenshot: it is no binary pixmap");
  const [width, height, highest] = header.slice(1).map(Number) as [number, number, number];
  const from = header[0].length;
  if (highest !== 255 || bytes.length < from + 3 * width * height) {
    throw new Error("Cannot read the screenshot: expected one byte a colour, of all pixels");
  }
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    image.data.set(bytes.subarray(from + 3 * i, from + 3 * i + 3), 4 * i);
    image.data[4 * i + 3] = 255;
  }
  return image;
}
