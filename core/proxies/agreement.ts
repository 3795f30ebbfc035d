// Decides whether two workers of one device class computed the same proxies, up to rounding differences
// between processors.

/**
 * The largest accepted deviation of each proxy, relative to max(1, |value|). Machines of one kind compute the
 * same bits. Others may use other kernels of ONNX Runtime (AVX2, AVX-512, NEON), which sum in other orders.
 * The largest deviations between our two memory layouts, whose programs differ far more, are 4e-7, 3e-6 and
 * 6e-4 (docs/decisions/0022-verification.md). Trainability deviates most because it contains 1 / sigma.
 * Complexity is counted in whole numbers.
 */
const TOLERANCES: Readonly<Record<string, number>> = {
  expressivity: 1e-4,
  progressivity: 1e-4,
  'mean-expressivity': 1e-4,
  'sampled-progressivity': 1e-4,
  trainability: 1e-2,
  complexity: 0,
};
/** The tolerance of all other proxies. */
const DEFAULT_TOLERANCE = 1e-3;

type Proxies = Readonly<Record<string, number>>;

/**
 * Names of the proxies that differ, including those that only one of the two has. Infinities must be equal.
 */
export function findDisagreements(a: Proxies, b: Proxies): string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return names.filter((name) => !agree({ name, a: a[name], b: b[name] }));
}

function agree({
  name,
  a,
  b,
}: {
  readonly name: string;
  readonly a: number | undefined;
  readonly b: number | undefined;
}): boolean {
  if (a === undefined || b === undefined) return false;
  if (a === b) return true;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  const tolerance = Object.hasOwn(TOLERANCES, name) ? TOLERANCES[name]! : DEFAULT_TOLERANCE;
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.min(Math.abs(a), Math.abs(b)));
}

/** `trainability -0.51, computed again -3.2`, for each proxy that differs. */
export function formatDifference(stored: Proxies, again: Proxies): string {
  return findDisagreements(stored, again)
    .map((name) => `${name} ${formatValue(stored[name])}, computed again ${formatValue(again[name])}`)
    .join('; ');
}

function formatValue(value: number | undefined): string {
  if (value === undefined) return 'missing';
  if (Number.isFinite(value)) return String(Number(value.toPrecision(7)));
  return value > 0 ? 'inf' : '-inf';
}
