// Finds the Pareto-optimal candidates of a finished search: no other candidate is at least as good and as cheap, and of
// equal ones the first counts.
import { SpecError } from '../../core/errors.js';
import { bestOfFront, type ParetoCost, type ParetoRow, paretoFront } from '../../core/report/pareto.js';
import { costResolution } from '../../core/specification/space.js';
import type { Specification } from '../../core/specification/specification.js';
import type { ModulePermission } from '../specification/module-permission.js';
import { openSpaceWith } from '../specification/open-space.js';
import type { Latencies } from './latencies.js';
import type { Results } from './results.js';

export interface ParetoOptions {
  readonly cost: ParetoCost;
  /** The number of candidates to return, best first; by default the whole front. */
  readonly top?: number | undefined;
}

export interface Front {
  /** The best candidates of the front, cheapest first. */
  readonly rows: readonly ParetoRow[];
  /** The number of candidates on the whole front, and in the ranking. */
  readonly size: number;
  readonly ranked: number;
  /** The number of candidates in the ranking without a latency; 0 for other costs. */
  readonly withoutLatency: number;
  /** The measured latencies of the rows, in milliseconds with quartiles. */
  readonly latencies: Latencies;
}

/** The resolution and the shape of the images for which FLOPs are counted, and a function that counts the FLOPs of a candidate. */
export function countFlops({
  specification,
  modules,
}: {
  readonly specification: Pick<Specification, 'space' | 'constraints'>;
  readonly modules: ModulePermission;
}) {
  const resolution = costResolution(specification);
  const { costs, countedAt = resolution, image } = openSpaceWith({ space: specification.space, modules });
  return {
    resolution: countedAt,
    image: image ?? [countedAt, countedAt],
    flopsOf: (candidate: string) => costs({ candidate, resolution }).flops,
  };
}

/** Throws a SpecError if latency is the cost and none was measured. */
export async function findParetoFront({
  results,
  flopsOf,
  cost,
  top,
}: ParetoOptions & {
  readonly results: Results;
  readonly flopsOf: (candidate: string) => number;
}): Promise<Front> {
  const ranking = await results.first();
  const latencies = await results.latencies(ranking);
  const { id } = results.summary;
  if (cost === 'latency' && latencies.size === 0)
    throw SpecError.of({
      path: 'cost',
      message: `no latency of "${id}" was measured yet`,
      advice: { code: 'measure-latencies', text: `measure them: latencies.measure("${id}")`, about: id },
    });
  const whole = paretoFront({
    cost,
    rows: ranking.map(({ rank, candidate, score, parameters }): ParetoRow => {
      const latency = latencies.get(candidate)?.latency;
      const row = { rank, candidate, score, flops: flopsOf(candidate), parameters };
      return latency === undefined ? row : { ...row, latency };
    }),
  });
  const rows = bestOfFront(whole, top);
  const shown = new Set(rows.map(({ candidate }) => candidate));
  return {
    rows,
    size: whole.length,
    ranked: ranking.length,
    withoutLatency: cost === 'latency' ? ranking.length - latencies.size : 0,
    latencies: new Map([...latencies].filter(([candidate]) => shown.has(candidate))),
  };
}
