/**
 * Whether something grows.
 *
 * @module
 */

/** A straight line through values at equal distances, by least squares. */
export interface Line {
  /** By how much it rises from the first value to the last. */
  readonly rise: number;
  /** The standard error of that rise: how much of it is noise. */
  readonly noise: number;
  /** The mean of the values. */
  readonly mean: number;
}

/** Lays a line through values; three at least. */
export function lineThrough(values: readonly number[]): Line {
  const n = values.length;
  if (n < 3) throw new RangeError(`Cannot lay a line through ${n} values: expected 3 or more`);
  const middle = (n - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  let xx = 0;
  let xy = 0;
  for (const [x, value] of values.entries()) {
    xx += (x - middle) ** 2;
    xy += (x - middle) * (value - mean);
  }
  const slope = xy / xx;
  const squares = values.reduce(
    (sum, value, x) => sum + (value - mean - slope * (x - middle)) ** 2,
    0,
  );
  const noise = Math.sqrt(squares / (n - 2) / xx) * (n - 1);
  return { rise: slope * (n - 1), noise, mean };
}

/**
 * Whether values grow: by more than may be anything, a share of their mean or `limit`, whichever is
 * less, and by more than three times what noise makes of it.
 */
export function grows(values: readonly number[], share: number, limit: number = Infinity): boolean {
  const { rise, noise, mean } = lineThrough(values);
  return rise > Math.min(mean * share, limit) && rise > 3 * noise;
}
