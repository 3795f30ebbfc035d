// Writes the list of a search's candidates into the blob store, in the order of its strategy.

import { describeDrawCounts } from '../core/contract/draw-counts.js';
import type { CandidateListRef } from '../core/contract/search.js';
import type { SearchActivities } from '../core/contract/search-activities.js';
import { SpecError } from '../core/errors.js';
import { openSpace } from '../core/spaces/index.js';
import { randomCandidates } from '../core/spaces/random-candidates.js';
import type { Enumeration } from '../core/spaces/space.js';
import { isMeasured, MEASURED_PATIENCE } from '../core/specification/rejection.js';
import type { Specification } from '../core/specification/specification.js';
import { sourceOf } from '../core/specification/stages.js';
import { readCandidates, writeCandidateList } from '../store/candidate-list.js';
import type { Store } from '../store/store.js';
import type { CheckConstraints } from './latency.js';
import { createTurns, describeStep } from './step-report.js';

export function planCandidates({
  store,
  check,
}: {
  readonly store: Store;
  readonly check: CheckConstraints;
}): SearchActivities['planCandidates'] {
  return async (input) => {
    const { specification, list } = input;
    const { space, constraints } = specification;
    const { rejection, latencies, times } = check({ ...input, space: openSpace(space) });
    const source = sourceOf(specification);
    const drawsAnew = source.kind === 'random';
    let inVain = 0;
    const rejected: Record<string, number> = {};
    let proposed = 0;
    let taken = 0;
    const turn = createTurns();
    const accept = async (candidate: string): Promise<boolean> => {
      proposed++;
      await turn();
      const constraint = await rejection(candidate);
      if (constraint === undefined) {
        inVain = 0;
        taken++;
      } else rejected[constraint] = (rejected[constraint] ?? 0) + 1;
      if (drawsAnew && isMeasured(constraint) && ++inVain === MEASURED_PATIENCE)
        throw SpecError.of({
          path: 'constraints.latency',
          message: `nearly every candidate is rejected; none of ${inVain} measured in a row was accepted`,
        });
      return constraint === undefined;
    };
    const drawn = () => ({ proposed, rejected, duplicates: 0, ...latencies });
    const wanted = source.kind === 'random' ? { wanted: source.samples } : {};
    if (constraints) describeStep(() => ({ drawn: drawn(), taken, ...wanted }));
    try {
      const plan = await writeCandidateList(
        store.blobs,
        candidatesOf({ store, specification, list, accept }),
      );
      if (plan.count === 0) throw SpecError.of({ path: 'constraints', message: 'no candidate meets them' });
      return { ...plan, ...(constraints ? { drawn: drawn() } : {}) };
    } catch (error) {
      if (!(error instanceof SpecError) || !constraints) throw error;
      const counts = `of ${proposed} drawn ${describeDrawCounts(drawn())}${times()}`;
      throw new SpecError(
        error.issues.map((issue) => ({ ...issue, message: `${issue.message}: ${counts}` })),
      );
    }
  };
}

interface CandidatesOfArguments {
  readonly store: Store;
  readonly specification: Specification;
  readonly list: CandidateListRef | undefined;
  readonly accept: (candidate: string) => Promise<boolean>;
}

async function* candidatesOf({
  store,
  specification,
  list,
  accept,
}: CandidatesOfArguments): AsyncGenerator<string> {
  const { seed } = specification;
  const source = sourceOf(specification);
  const space = openSpace(specification.space);
  if (source.kind === 'random') {
    yield* randomCandidates({ space, seed, count: source.samples, accept });
    return;
  }
  if (source.kind === 'exhaustive' && !space.enumeration)
    throw SpecError.of({ path: 'strategy', message: `exhaustive: ${space.kind} cannot be enumerated` });
  if (source.kind === 'evolution')
    throw SpecError.of({
      path: 'specification.strategy.kind',
      message: 'evolution breeds its own candidates',
    });
  if (source.kind === 'list' && !list)
    throw SpecError.of({ path: 'list', message: 'missing; must be the list that strategy names' });
  const all = source.kind === 'list' ? readCandidates(store.blobs, list!) : every(space.enumeration!);
  for await (const candidate of all) if (await accept(candidate)) yield candidate;
}

function* every({ size, at }: Enumeration): Generator<string> {
  for (let index = 0; index < size; index++) yield at(index);
}
