// Tests which rows of a long table are drawn, and where.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scrollTopOf, windowOf } from '../../page/table/window.js';

const ROW = { rowHeight: 30, height: 600 };

describe('rows of a long table', () => {
  it('draws the rows that are seen, at their places, and some around them', () => {
    const { first, end, top, whole } = windowOf({ ...ROW, rows: 1000, scrollTop: 3000 });
    expect(first).toBeLessThan(100);
    expect(end).toBeGreaterThan(120);
    expect(end - first).toBeLessThan(60);
    expect(top).toBe(first * ROW.rowHeight);
    expect(whole).toBe(30_000);
  });

  it('reaches every row of any table, though a browser draws nothing as high', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (rows, share) => {
          const row = Math.min(rows - 1, Math.floor(share * rows));
          const scrollTop = scrollTopOf({ ...ROW, rows, row });
          const { first, end, top, whole } = windowOf({ ...ROW, rows, scrollTop });
          expect(whole).toBeLessThanOrEqual(8_000_000);
          expect(first).toBeLessThanOrEqual(row);
          expect(end).toBeGreaterThan(row);
          // The row lies within the visible part.
          const at = top + (row - first) * ROW.rowHeight - scrollTop;
          expect(at).toBeGreaterThanOrEqual(-ROW.rowHeight);
          expect(at).toBeLessThanOrEqual(ROW.height);
        },
      ),
    );
  });

  it('ends with the last row at the end of the scroll bar', () => {
    for (const rows of [10, 1000, 1_000_000]) {
      const { whole } = windowOf({ ...ROW, rows, scrollTop: 0 });
      const { end } = windowOf({ ...ROW, rows, scrollTop: Math.max(0, whole - ROW.height) });
      expect(end).toBe(rows);
    }
  });
});
