// Measures how well the scores of a device agree with those of the CPU, for each proxy and for the ranking.
import { aggregate, type ProxyColumn } from '../../core/ranking/aggregate.js';
import { kendall } from '../../core/ranking/correlation.js';
import type { BatchedDevice } from '../../core/specification/devices.js';
import { AZ_NAS_PROXIES, type ProxyName, proxiesOfFamily } from '../../core/specification/families.js';
import type { ScoreResult } from '../../engine/protocol.js';
import { openPool, randomCandidates, scoreAll } from './device-pool.js';

/** The families that are computed from features and blocks, which batched supernets compute too. */
const FAMILIES = ['az-nas', 'residual', 'mean-expressivity', 'sampled-progressivity'] as const;
const MEASURED = FAMILIES.flatMap(proxiesOfFamily);

/**
 * Kendall's tau over random candidates under `standard`; for a proxy, that of the draw with the least
 * agreement. The ranking is that by the four proxies of AZ-NAS.
 */
export async function measureAgreement({
  device,
  count,
  print,
}: {
  readonly device: BatchedDevice;
  readonly count: number;
  readonly print: (line: string) => void;
}) {
  const candidates = randomCandidates(count);
  const sides: ScoreResult[][] = [];
  for (const where of [device, 'cpu'] as const) {
    const pool = openPool(where);
    try {
      const request = { candidates, preset: 'standard', seed: 1, families: FAMILIES } as const;
      sides.push((await scoreAll({ pool, ...request })).results);
    } finally {
      await pool.close();
    }
  }
  const columns = sides.map((results) =>
    MEASURED.map((proxy) => ({ proxy, weight: 1, draws: drawsOf(results, proxy) })),
  );
  const tau = (values: readonly ArrayLike<number>[]) =>
    kendall(Array.from(values[0]!), Array.from(values[1]!));
  const least = (p: number) =>
    Math.min(...columns[0]![p]!.draws.map((_, draw) => tau(columns.map((side) => side[p]!.draws[draw]!))));
  const taus = Object.fromEntries([
    ...MEASURED.map((proxy, p) => [proxy, least(p)] as const),
    ['ranking', tau(columns.map(rankingOf))] as const,
  ]);
  print(
    `\nagreement with the CPU's per-block plan, ${candidates.length} random candidates, standard: Kendall's tau`,
  );
  for (const [name, value] of Object.entries(taus)) print(`  ${name.padEnd(21)} ${value.toFixed(5)}`);
  return { candidates: candidates.length, taus };
}

function rankingOf(side: readonly ProxyColumn[]): Float64Array {
  const columns = side.filter(({ proxy }) => AZ_NAS_PROXIES.some((name) => name === proxy));
  return aggregate({ columns, kind: 'log-rank' });
}

function drawsOf(results: readonly ScoreResult[], proxy: ProxyName): number[][] {
  return results[0]!.map((_, draw) => results.map((result) => result[draw]![proxy]!));
}
