// Formats numbers, durations and times for display.
import type { Cell } from '../../http/answers.js';

/** Four significant digits with k, M or G; infinities as signs; an en dash for an absent value. */
export function formatValue(value: Cell | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value === 'inf') return '∞';
  if (value === '-inf') return '−∞';
  return typeof value === 'number' ? formatNumber(value) : value;
}

export function formatNumber(value: number): string {
  // The unit is that of the number as it is written: 9999.6 is 10 k.
  const size = Math.abs(Number(value.toPrecision(4)));
  if (size >= 1e15 || (size < 1e-3 && size > 0)) return withMinusSign(value.toExponential(2));
  for (const [unit, name] of [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k'],
  ] as const)
    if (size >= unit) return `${withMinusSign(trimZeros(value / (name === 'k' ? 1e3 : unit)))} ${name}`;
  return withMinusSign(trimZeros(value));
}

/** A whole number with thin spaces between thousands. */
export function formatCount(value: number): string {
  return withMinusSign(
    Math.round(value)
      .toString()
      .replaceAll(/\B(?=(\d{3})+$)/g, '\u202f'),
  );
}

/** `1 restart`, `2 restarts`. */
export function formatAmount(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** Three significant digits with binary units. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const at = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** at;
  return `${at === 0 || value >= 100 ? Math.round(value) : value.toPrecision(3)} ${units[at]}`;
}

export function formatPercent(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  const tenths = percent.toFixed(1);
  return `${Number(tenths) >= 10 || percent === 0 ? Math.round(percent) : tenths} %`;
}

/** A correlation with this number of decimals; one that rounds to 0 has no sign. */
export function formatCorrelation(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined) return '–';
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : withMinusSign(text);
}

/** The two largest units: `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 1) return '< 1 s';
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

export function formatAge(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  if (seconds < 5) return 'just now';
  // Seconds are omitted after two minutes, and minutes after two hours.
  const unit = seconds < 120 ? 1 : seconds < 7200 ? 60 : seconds < 172_800 ? 3600 : 86_400;
  return `${formatDuration(Math.floor(seconds / unit) * unit)} ago`;
}

/** The day and time in the time zone of the browser. */
export function formatTime(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

function trimZeros(value: number): string {
  const text = value.toPrecision(4);
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
}

function withMinusSign(text: string): string {
  return text.replace('-', '−');
}
