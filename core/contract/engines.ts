// In: the engine versions of the workers at a queue. Out: whether one of them may serve a search, and words about it for people.

/** How many workers have which version; workers of earlier releases do not say theirs and stand under `undefined`. */
export type EngineCounts = ReadonlyMap<string | undefined, number>;

export function countEngines(engines: Iterable<string | undefined>): EngineCounts {
  const counts = new Map<string | undefined, number>();
  for (const engine of engines) counts.set(engine, (counts.get(engine) ?? 0) + 1);
  return counts;
}

/** A worker that does not say its version may have the wanted one. */
export function someoneServes(wanted: string, counts: EngineCounts): boolean {
  return counts.has(wanted) || counts.has(undefined);
}

/** `no worker of engine block-8; 3 workers have block-9`. */
export function describeEngines(wanted: string, counts: EngineCounts): string {
  const own = counts.get(wanted) ?? 0;
  const first = own ? `${workers(own)} of engine ${wanted}` : `no worker of engine ${wanted}`;
  const others = [...counts]
    .filter(([engine]) => engine !== wanted)
    .map(([engine, n]) =>
      engine === undefined
        ? `${workers(n)} ${n === 1 ? 'does' : 'do'} not say theirs`
        : `${workers(n)} ${n === 1 ? 'has' : 'have'} ${engine}`,
    );
  return [first, ...others].join('; ');
}

const workers = (n: number): string => `${n} ${n === 1 ? 'worker' : 'workers'}`;
