// Writes summary.json of a ranked search as a blob.

import type { ReportInput, SearchActivities } from '../core/contract/search-activities.js';
import type { RankingRow } from '../core/report/ranking-csv.js';
import { formatSummary, type Summary } from '../core/report/summary.js';
import { calibrationWarnings } from '../core/specification/calibration-warnings.js';
import { rankedBy } from '../core/specification/describe-ranking.js';
import { isOwnProxy } from '../core/specification/families.js';
import { createTextIndex } from '../core/text/text-index.js';
import { readRanking } from '../store/ranking.js';
import type { Store } from '../store/store.js';
import { addressesOf } from './address-scores.js';
import { unitOf } from './cohort.js';
import { sampleWarningsOf } from './sample-warnings.js';

export interface ReportOptions {
  readonly store: Store;
  readonly now: () => number;
  /** Called for every search that has ended with a ranking. */
  readonly onReport?: (rounds: ReportInput['rounds']) => void;
}

export function reportSearch({ store, now, onReport }: ReportOptions): SearchActivities['reportSearch'] {
  return async ({
    search,
    specification,
    rounds,
    startedAt,
    ranking,
    drawn,
    latency,
    generations,
    ended,
    addresses,
    verification,
  }) => {
    const aggregation = rankedBy(specification);
    const seconds = Math.max(0, now() - startedAt) / 1000;
    const counts = countCandidates(rounds);
    const computed = sum(rounds.map(({ candidates, reused, failed }) => candidates - reused - failed));
    const summary = formatSummary({
      name: specification.name,
      id: search,
      ...counts,
      seconds,
      millisecondsPerCandidate: computed > 0 ? (seconds * 1000) / computed : 0,
      rankingSha256: ranking,
      cohort: specification.cohort,
      ...(await lookOver({ store, specification, ranking })),
      ...(aggregation ? { aggregation: { ...aggregation } } : {}),
      ...(specification.aggregation.calibration
        ? { calibration: { ...specification.aggregation.calibration } }
        : {}),
      ...(drawn ? { drawn: structuredClone(drawn) as Summary['drawn'] } : {}),
      ...(latency ? { latency: { ...latency } } : {}),
      ...(generations === undefined ? {} : { generations }),
      ...(ended === undefined ? {} : { ended }),
      ...(verification ? { verification: verificationOf(verification) } : {}),
      ...(rounds.length > 1 ? { rounds: rounds.map((round) => ({ ...round })) } : {}),
    });
    const { scopes, engine, families } =
      addresses ??
      addressesOf({ specifications: rounds.map(({ fidelity }) => ({ ...specification, fidelity })) });
    const digest = await store.blobs.put(new TextEncoder().encode(summary));
    onReport?.(rounds);
    const latencies = Object.keys(drawn?.latencies ?? {});
    return {
      summary: digest,
      scopes,
      engine,
      ...(families ? { families } : {}),
      ...(latencies.length ? { latencies } : {}),
    };
  };
}

/**
 * Every candidate takes part in the first round of a screening, so it is counted there. One that a later round set
 * aside counts as failed, in place of one that was scored if there is any: rounds report only counts.
 */
function countCandidates(
  rounds: ReportInput['rounds'],
): Pick<Summary, 'candidates' | 'scored' | 'reused' | 'failed'> {
  const { candidates, reused } = rounds[0]!;
  const failed = sum(rounds.map((round) => round.failed));
  const scored = Math.max(0, candidates - reused - failed);
  return { candidates, scored, reused: candidates - scored - failed, failed };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The findings of a verification, without the names of workers that were found correct. */
function verificationOf({
  seen: _,
  ...verification
}: NonNullable<ReportInput['verification']>): Summary['verification'] {
  return structuredClone(verification) as Summary['verification'];
}

/**
 * Counts properties of the ranked candidates: functions that several of them compute, and proxies that are
 * infinite for all of them.
 */
async function lookOver({
  store,
  specification,
  ranking,
}: {
  readonly store: Store;
  readonly specification: ReportInput['specification'];
  readonly ranking: string;
}): Promise<Pick<Summary, 'classes' | 'shared' | 'warnings'>> {
  const unit = unitOf(specification);
  const classes = createTextIndex();
  const finite = new Set<string>();
  let candidates = 0;
  for await (const rows of readRanking(store.blobs, ranking)) {
    candidates += rows.length;
    for (const { candidate, proxies, parameters } of rows) {
      if (specification.cohort === 'classes') classes.add(unit(candidate));
      // Every ranking has a column of parameters, whether or not they are a requested proxy.
      const values: RankingRow['proxies'] = { ...proxies, parameters };
      for (const proxy of specification.proxies) if (Number.isFinite(values[proxy])) finite.add(proxy);
    }
  }
  const empty = candidates === 0 ? [] : specification.proxies.filter((proxy) => !finite.has(proxy));
  const warnings = [
    ...withoutMeaning(empty, specification.input?.images !== undefined),
    ...calibrationWarnings(specification.aggregation.calibration),
    ...(await sampleWarningsOf({ store, specification })),
  ];
  return {
    ...(specification.cohort === 'classes'
      ? { classes: classes.size, shared: candidates - classes.size }
      : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** One warning for the proxies of this release, and one for the user's own, which have other causes. */
function withoutMeaning(proxies: readonly string[], hasImages: boolean): readonly string[] {
  const warn = (names: readonly string[], cause: string) => {
    const [are, say] = names.length === 1 ? ['is', 'says'] : ['are', 'say'];
    return `${names.join(', ')} ${are} infinite for every candidate and ${say} nothing of them; ${cause}`;
  };
  const own = proxies.filter(isOwnProxy);
  const cause = hasImages
    ? 'input.images of one value do that'
    : 'a feature that is the same for every sample, or a block that is an identity, does that';
  const others = proxies.filter((proxy) => !isOwnProxy(proxy));
  return [
    ...(others.length > 0 ? [warn(others, cause)] : []),
    ...(own.length > 0 ? [warn(own, 'see what the module returns')] : []),
  ];
}
