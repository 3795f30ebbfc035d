// Formats numbers, shares and durations for people, on the page and in reports.

/** Four significant digits with k, M, G or T; infinities as signs. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
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

export function formatPercent(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  const tenths = percent.toFixed(1);
  return `${Number(tenths) >= 10 || percent === 0 ? Math.round(percent) : tenths} %`;
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

function trimZeros(value: number): string {
  const text = value.toPrecision(4);
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
}

function withMinusSign(text: string): string {
  return text.replace('-', '−');
}
