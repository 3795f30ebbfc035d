// In: a plan whose scores are in the store. Out: blobs of ranking.csv and failures.csv; ranks are taken over the whole cohort.

import { aggregate } from '../core/ranking/aggregate.js';
import { order } from '../core/ranking/order.js';
import { failuresCsv } from '../core/report/failures-csv.js';
import { rankingCsv } from '../core/report/ranking-csv.js';
import { openSpace } from '../core/spaces/index.js';
import type { AuditInput, SearchActivities } from '../core/spec/search.js';
import { PROXIES, type ProxyName, type Specification } from '../core/spec/specification.js';
import type { Failure, Proxies, Store } from '../store/store.js';
import { lookUp, memberBatches } from './cohort.js';

export function rankCandidates({ store }: { store: Store }): SearchActivities['rankCandidates'] {
  return async (input) => {
    const failures = await store.failures.list(input.run);
    const cohort = await readCohort({ store, input, failures });
    const ranking = await store.blobs.put(encode(render(input.specification, cohort)));
    const inherited = cohort.failed.map(({ candidate, unit }) => {
      const failure = failures.find((known) => known.candidate === unit)!;
      return { ...failure, candidate };
    });
    return { ranking, failures: await store.blobs.put(encode(failuresCsv(inherited))) };
  };
}

interface Cohort {
  /** Written candidates and the number of the unit each is scored as. */
  readonly candidates: readonly string[];
  readonly units: readonly number[];
  readonly unitNames: readonly string[];
  /** Raw proxies by unit and draw. */
  readonly scores: readonly (readonly Proxies[])[];
  readonly failed: readonly { candidate: string; unit: string }[];
}

async function readCohort({
  store,
  input: { specification, plan },
  failures,
}: {
  store: Store;
  input: AuditInput;
  failures: readonly Failure[];
}): Promise<Cohort> {
  const setAside = new Set(failures.map(({ candidate }) => candidate));
  const numbers = new Map<string, number>();
  const candidates: string[] = [];
  const units: number[] = [];
  const scores: (readonly Proxies[])[] = [];
  const failed: { candidate: string; unit: string }[] = [];
  for await (const members of memberBatches({ store, specification, plan })) {
    const fresh = [...new Set(members.map(({ unit }) => unit))].filter((unit) => !numbers.has(unit));
    const found = await lookUp({ store, specification, units: fresh });
    fresh.forEach((unit, i) => {
      if (found[i]!.includes(undefined)) {
        if (setAside.has(unit)) return;
        throw new Error(`no score of ${unit} in the store: lost between audit and ranking`);
      }
      numbers.set(unit, scores.length);
      scores.push(found[i] as readonly Proxies[]);
    });
    for (const { candidate, unit } of members) {
      const number = numbers.get(unit);
      if (number === undefined) failed.push({ candidate, unit });
      else {
        candidates.push(candidate);
        units.push(number);
      }
    }
  }
  return { candidates, units, unitNames: [...numbers.keys()], scores, failed };
}

/** The text of ranking.csv, in chunks. */
function render(specification: Specification, cohort: Cohort): Iterable<string> {
  const { proxies, aggregation, fidelity } = specification;
  const space = openSpace(specification.space);
  const { candidates, units, unitNames, scores } = cohort;
  const column = (proxy: ProxyName, draw: number) =>
    Float64Array.from(scores, (draws) => draws[draw]![proxy]!);
  const columns = proxies.map((proxy) => ({
    proxy,
    weight: aggregation.weights[proxy]!,
    draws: Array.from({ length: fidelity.draws }, (_, draw) => column(proxy, draw)),
  }));
  if (!scores.length) return rankingCsv({ candidates: [], scores: [], proxies: {}, parameters: [] });
  const score = aggregate({ columns, kind: aggregation.kind });
  const rows = order({
    scores: Float64Array.from(units, (unit) => score[unit]!),
    candidates: candidates.map((candidate, i) => `${unitNames[units[i]!]}\n${candidate}`),
  });
  const costs = candidates.map((candidate) => space.costs({ candidate, resolution: fidelity.resolution }));
  const pick = (values: (row: number) => number) => Float64Array.from(rows, values);
  const shown = columns.map(({ proxy, draws }) => {
    const mean = (unit: number) => draws.reduce((sum, values) => sum + values[unit]!, 0) / draws.length;
    const value = (row: number) => (proxy === 'complexity' ? costs[row]!.flops : mean(units[row]!));
    return [proxy, pick(value)] as const;
  });
  return rankingCsv({
    candidates: Array.from(rows, (row) => candidates[row]!),
    scores: pick((row) => score[units[row]!]!),
    proxies: Object.fromEntries(shown.filter(([proxy]) => PROXIES.includes(proxy))),
    parameters: pick((row) => costs[row]!.parameters),
    classes:
      specification.cohort === 'classes' ? Array.from(rows, (row) => unitNames[units[row]!]!) : undefined,
  });
}

function encode(chunks: Iterable<string>): Uint8Array {
  return new TextEncoder().encode([...chunks].join(''));
}
