// Tests the options of charts, of which the parts must not cover one another.
import { expect, it } from 'vitest';

// Its types come with those of a browser, which other tests must not see.
const file = '../../page/charts/options.js';
const { correlationOption } = (await import(/* @vite-ignore */ file)) as {
  readonly correlationOption: (table: object, colours: object) => object;
};

it('the legend of correlations is above the cells, away from the names below them', () => {
  const columns = ['score', 'sampled-progressivity'];
  const values = [
    [1, null],
    [null, 1],
  ];
  const colours = { text: '', quiet: '', line: '', card: '', strong: '', accent: '' };
  const option = correlationOption({ columns, values }, colours) as {
    readonly grid: { readonly top: number };
    readonly visualMap: { readonly top: number; readonly bottom?: number; readonly itemWidth?: number };
  };
  expect(option.visualMap.bottom).toBeUndefined();
  // The bar of a horizontal legend is 20 pixels high, with 5 of padding on each side.
  expect(option.grid.top).toBeGreaterThanOrEqual(option.visualMap.top + 30);
});
