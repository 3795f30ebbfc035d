// Computes which rows of a very long table are seen, and where they are drawn.

/** Browsers draw no element that is much higher than this. */
const HIGHEST = 8_000_000;
/** Rows that are drawn above and below what is seen. */
const SPARE = 8;

export interface WindowInput {
  readonly rows: number;
  readonly rowHeight: number;
  readonly scrollTop: number;
  /** Height of what is seen. */
  readonly height: number;
}

export interface RowWindow {
  /** Rows from `first` (included) to `end` (excluded) are drawn. */
  readonly first: number;
  readonly end: number;
  /** Where row `first` is drawn. */
  readonly top: number;
  /** Height of what is scrolled. */
  readonly whole: number;
}

/**
 * Where all rows together are higher than a browser can draw, a step of the scroll bar is more than a row: the position of the
 * bar is a share of the table, and rows stand around the place that it names.
 */
export function windowOf({ rows, rowHeight, scrollTop, height }: WindowInput): RowWindow {
  const natural = rows * rowHeight;
  const whole = Math.min(natural, HIGHEST);
  const seen = Math.ceil(height / rowHeight);
  const isScaled = natural > whole;
  const share = whole > height ? Math.min(1, scrollTop / (whole - height)) : 0;
  const exact = isScaled ? share * (rows - height / rowHeight) : scrollTop / rowHeight;
  const at = Math.max(0, Math.floor(exact));
  const first = Math.max(0, at - SPARE);
  const end = Math.min(rows, at + seen + SPARE + 1);
  const top = isScaled ? scrollTop - (exact - first) * rowHeight : first * rowHeight;
  return { first, end, top, whole };
}

/** The position of the scroll bar at which a row is the first that is seen. */
export function scrollTopOf({
  rows,
  rowHeight,
  row,
  height,
}: Omit<WindowInput, 'scrollTop'> & { readonly row: number }): number {
  const natural = rows * rowHeight;
  const whole = Math.min(natural, HIGHEST);
  if (natural <= whole) return Math.min(row * rowHeight, Math.max(0, natural - height));
  return Math.min(1, row / (rows - height / rowHeight)) * (whole - height);
}
