// Counts how many candidates a strategy drew, and what became of those that it did not take. Safe to import in a workflow.

export interface DrawCounts {
  readonly proposed: number;
  /** Number of rejected candidates by constraint, such as `flops.max`. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Candidates that were seen before; another was drawn in the place of each. */
  readonly duplicates: number;
  /** Scopes of the latencies in the store, and the machines that they were measured on. */
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
