// Counts how many candidates a strategy drew and why it rejected some of them. Workflows may import this
// file.

export interface DrawCounts {
  readonly proposed: number;
  /** Number of rejected candidates by constraint, such as `flops.max`. */
  readonly rejected: Readonly<Record<string, number>>;
  /** The number of candidates that had been drawn before; each was replaced by another draw. */
  readonly duplicates: number;
  /** Scopes of the latencies in the store, with the machine of each. */
  readonly latencies?: Readonly<Record<string, string>> | undefined;
}

export const NO_DRAWS: DrawCounts = { proposed: 0, rejected: {}, duplicates: 0 };

export function addDrawCounts(a: DrawCounts, b: DrawCounts): DrawCounts {
  const rejected: Record<string, number> = { ...a.rejected };
  for (const [constraint, count] of Object.entries(b.rejected))
    rejected[constraint] = (rejected[constraint] ?? 0) + count;
  const latencies = { ...a.latencies, ...b.latencies };
  return {
    proposed: a.proposed + b.proposed,
    rejected,
    duplicates: a.duplicates + b.duplicates,
    ...(Object.keys(latencies).length ? { latencies } : {}),
  };
}

export function countRejected({ rejected }: DrawCounts): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0);
}

/** `9812 rejected by flops.max, 188 by layers.max, 3 seen before`. */
export function describeDrawCounts({ rejected, duplicates }: DrawCounts): string {
  const reasons = Object.entries(rejected).sort(([, a], [, b]) => b - a);
  const parts = reasons.map(([constraint, count], i) => `${count}${i ? '' : ' rejected'} by ${constraint}`);
  return [...parts, ...(duplicates ? [`${duplicates} seen before`] : [])].join(', ');
}
