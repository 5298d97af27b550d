/**
 * Bytes that are zero until they are written.
 *
 * @module
 */

const PAGE = 64 * 1024;

/** Bytes of any number, of which only those pages take memory that were written. */
export class SparseBytes {
  readonly #pages = new Map<number, Uint8Array>();

  /** Writes a copy of bytes at a place. */
  write(at: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const index = Math.floor((at + done) / PAGE);
      const start = (at + done) % PAGE;
      const piece = bytes.subarray(done, done + PAGE - start);
      let page = this.#pages.get(index);
      if (page === undefined) this.#pages.set(index, page = new Uint8Array(PAGE));
      page.set(piece, start);
      done += piece.length;
    }
  }

  /** Takes a copy of all that others have below an end, in place of its own. */
  copyFrom(other: SparseBytes, end: number): void {
    this.#pages.clear();
    for (const [index, page] of other.#pages) {
      if (index * PAGE >= end) continue;
      const copy = page.slice();
      copy.fill(0, end - index * PAGE);
      this.#pages.set(index, copy);
    }
  }

  /** A copy of so many bytes from a place. */
  read(at: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const start = (at + done) % PAGE;
      const size = Math.min(PAGE - start, length - done);
      const page = this.#pages.get(Math.floor((at + done) / PAGE));
      if (page !== undefined) bytes.set(page.subarray(start, start + size), done);
      done += size;
    }
    return bytes;
  }

  /** Makes bytes zero again and gives whole pages back. */
  clear(at: number, length: number): void {
    const end = at + length;
    for (const [index, page] of this.#pages) {
      const start = index * PAGE;
      if (start + PAGE <= at || start >= end) continue;
      if (start >= at && start + PAGE <= end) this.#pages.delete(index);
      else page.fill(0, Math.max(at - start, 0), Math.min(end - start, PAGE));
    }
  }

  /** How far it goes on, up to an end, with data or without any. */
  run(at: number, end: number): { length: number; hole: boolean } {
    const first = Math.floor(at / PAGE);
    const hole = !this.#pages.has(first);
    let stop = end;
    if (hole) {
      // over the pages that there are, not over those of a hole of terabytes
      for (const index of this.#pages.keys()) {
        if (index > first) stop = Math.min(stop, index * PAGE);
      }
    } else {
      let next = first + 1;
      while (next * PAGE < end && this.#pages.has(next)) next++;
      stop = Math.min(stop, next * PAGE);
    }
    return { length: stop - at, hole };
  }
}
