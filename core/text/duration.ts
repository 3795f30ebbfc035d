// Reads durations such as `90s` and `2h`, and writes them.

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export const DURATION = 'a number with a unit: 30s, 5m, 2h or 30d';

/** Milliseconds of `90s`, `5m`, `2h`, `30d`; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS];
}

/** The shortest text that reads back as `ms`, which must be whole seconds. */
export function formatDuration(ms: number): string {
  const units = Object.entries(UNITS).reverse();
  const [unit, size] = units.find(([, size]) => ms >= size && ms % size === 0) ?? ['s', UNITS.s];
  return `${Math.round(ms / size)}${unit}`;
}
