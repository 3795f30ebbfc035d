// Computes which rows of a very long table are visible, and where they are drawn.

/** The greatest height in pixels; browsers do not draw much higher elements. */
const HIGHEST = 8_000_000;
/** The number of rows that are drawn above and below the visible part. */
const SPARE = 8;

export interface WindowInput {
  readonly rows: number;
  readonly rowHeight: number;
  readonly scrollTop: number;
  /** The height of the visible part in pixels. */
  readonly height: number;
}

export interface RowWindow {
  /** Rows from `first` (included) to `end` (excluded) are drawn. */
  readonly first: number;
  readonly end: number;
  /** The position at which row `first` is drawn, in pixels. */
  readonly top: number;
  /** The height of the scrolled element in pixels. */
  readonly whole: number;
}

/**
 * If all rows together are higher than a browser can draw, a pixel of the scroll bar stands for more than a
 * pixel of rows: the position of the bar is a share of the table, and rows are drawn around the row at that
 * share.
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

/** The position of the scroll bar at which a row is the first visible one. */
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
