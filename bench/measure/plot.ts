// Draws a scatter plot as an SVG picture that is readable on light and dark pages.

export interface Point {
  readonly label: string;
  readonly group: string;
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

const WIDTH = 760;
const HEIGHT = 440;
const MARGIN = { left: 64, right: 24, top: 24, bottom: 48 };
const COLOURS = ['#2f6fdf', '#d9732a', '#3a9a5b', '#a050c8'];

/** A scatter plot; points of one group are joined in the given order. */
export function scatterSvg({
  points,
  xTitle,
  yTitle,
}: {
  readonly points: readonly Point[];
  readonly xTitle: string;
  readonly yTitle: string;
}): string {
  const xs = points.map(({ x }) => Math.log10(x));
  const ys = points.flatMap(({ low, high }) => [low, high]);
  const x = createScale(
    [Math.min(...xs) - 0.08, Math.max(...xs) + 0.25],
    [MARGIN.left, WIDTH - MARGIN.right],
  );
  const y = createScale(
    [Math.min(...ys) - 0.005, Math.max(...ys) + 0.005],
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  );
  const groups = [...new Set(points.map(({ group }) => group))];
  const shapes = groups.flatMap((group, g) => {
    const colour = COLOURS[g % COLOURS.length]!;
    const own = points.filter((point) => point.group === group);
    const path = own.map((point) => `${toTenths(x(Math.log10(point.x)))},${toTenths(y(point.y))}`).join(' ');
    const marks = own.map((point) => {
      const [px, py] = [toTenths(x(Math.log10(point.x))), toTenths(y(point.y))];
      return [
        `<line x1="${px}" x2="${px}" y1="${toTenths(y(point.low))}" y2="${toTenths(y(point.high))}" stroke="${colour}"/>`,
        `<circle cx="${px}" cy="${py}" r="4" fill="${colour}"/>`,
        `<text x="${Number(px) + 7}" y="${Number(py) - 5}" fill="#777">${point.label}</text>`,
      ].join('');
    });
    const legend = `<text x="${WIDTH - MARGIN.right}" y="${HEIGHT - MARGIN.bottom - 12 - 16 * g}" text-anchor="end" fill="${colour}">${group}</text>`;
    return [`<polyline points="${path}" fill="none" stroke="${colour}" opacity="0.5"/>`, ...marks, legend];
  });
  const axis = [
    ...ticks(Math.min(...ys), Math.max(...ys)).map(
      (value) =>
        `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${toTenths(y(value))}" y2="${toTenths(y(value))}" stroke="#888" opacity="0.25"/>` +
        `<text x="${MARGIN.left - 8}" y="${Number(toTenths(y(value))) + 4}" text-anchor="end" fill="#777">${value.toFixed(2)}</text>`,
    ),
    ...[1, 2, 5, 10, 20, 50, 100, 200, 500]
      .filter((value) => x(Math.log10(value)) >= MARGIN.left && x(Math.log10(value)) <= WIDTH - MARGIN.right)
      .map(
        (value) =>
          `<text x="${toTenths(x(Math.log10(value)))}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle" fill="#777">${value}</text>`,
      ),
    `<text x="${(MARGIN.left + WIDTH) / 2}" y="${HEIGHT - 10}" text-anchor="middle" fill="#777">${xTitle}</text>`,
    `<text transform="translate(16 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle" fill="#777">${yTitle}</text>`,
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${yTitle} against ${xTitle}</title>`,
    ...axis,
    ...shapes,
    '</svg>\n',
  ].join('\n');
}

type Interval = readonly [number, number];

/** Maps an interval of values linearly to an interval of positions. */
function createScale([from, to]: Interval, [start, end]: Interval): (value: number) => number {
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** Multiples of 0.01 or 0.02 between two values. */
function ticks(low: number, high: number): number[] {
  const step = high - low > 0.15 ? 0.02 : 0.01;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

function toTenths(value: number): string {
  return value.toFixed(1);
}
