// Computes scores of another worker again, and reports which of them differ.
import { activityInfo, heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { CandidateError } from '../core/candidate-error.js';
import type { SearchActivities } from '../core/contract/search-activities.js';
import type { Disagreement, VerifyInput } from '../core/contract/verification.js';
import { SpecError } from '../core/errors.js';
import { findDisagreements, formatDifference } from '../core/proxies/agreement.js';
import { selectFamily } from '../core/specification/families.js';
import type { ScoreRequest } from '../engine/protocol.js';
import { readCandidates } from '../store/candidate-list.js';
import { decodeScore, encodeScore } from '../store/codec.js';
import type { SignedScore, Store } from '../store/store.js';
import { listScopesByFamily } from './address-scores.js';
import type { Gate } from './engine-gate.js';
import type { LocalImages } from './local-images.js';
import { factOf, requestOf } from './score-request.js';
import { refuseDevice, withImages } from './score-shard.js';
import type { Scoring } from './scoring.js';
import { createStructures, type Structures } from './structures.js';
import { workConcurrently } from './work-concurrently.js';

const TICK_MS = 500;
/**
 * A worker hands back a task that it must not do, until this attempt, at which it reports that no other worker took the
 * task.
 */
const REFUSALS = 5;
const NEXT_TRY = '500ms';

/** A score of the sample, as stored. */
interface Asked {
  readonly key: string;
  readonly index: number;
  readonly stored: SignedScore;
  /** The result of the second worker, if this worker is the third and decides between two. */
  readonly claim?: string | undefined;
}

interface VerifyScoresArguments {
  readonly store: Store;
  readonly scoring: Scoring;
  readonly images: LocalImages;
  readonly gate: Gate;
}

export function verifyScores({
  store,
  scoring,
  images,
  gate,
}: VerifyScoresArguments): SearchActivities['verifyScores'] {
  const structures = createStructures({ blobs: store.blobs });
  return async (input) => {
    refuseDevice({ scoring, specification: input.specification });
    const address = await gate(input);
    const { family = 'az-nas' } = input;
    const scope = listScopesByFamily({ specification: input.specification, address }).get(family);
    if (scope === undefined)
      throw SpecError.of({ path: 'family', message: `${family} is not scored for this specification` });
    const by = scoring.worker;
    const none = { by, agreed: 0, failed: 0, disagreements: [] };
    if (input.except.includes(by)) {
      if (activityInfo().attempt < REFUSALS) throw ownScoreError(by);
      return { ...none, outcome: 'refused' };
    }
    const timer = setInterval(() => heartbeat(), TICK_MS);
    try {
      const asked = await readRequested({ store, scope, input });
      const found: { agreed: number; failed: number; why?: string; disagreements: Disagreement[] } = {
        agreed: 0,
        failed: 0,
        disagreements: [],
      };
      await withImages({ images, input }, (useImages) =>
        workConcurrently({
          concurrency: scoring.size,
          tasks: each(asked),
          work: async (one) => {
            const again = await useImages((file) =>
              computeAgain({ scoring, input, score: one, file, structures }),
            );
            if (typeof again === 'string') {
              found.failed += 1;
              found.why = `${by}: ${again}`;
            } else if (findDisagreements(one.stored.proxies, again).length === 0) found.agreed += 1;
            else found.disagreements.push(disagreement({ score: one, again, by }));
          },
        }),
      );
      const { agreed, failed, disagreements } = found;
      scoring.onVerified({ agreed, failed, disagreed: disagreements.length });
      return { by, outcome: 'computed', ...found };
    } finally {
      clearInterval(timer);
    }
  };
}

/**
 * Refuses scores that this worker computed itself, so that Temporal gives the task to the next worker that
 * polls.
 */
function ownScoreError(worker: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'OwnScoresError',
    message: `${worker} computed these scores itself: another worker has to compute them again`,
    nextRetryDelay: NEXT_TRY,
  });
}

/** Scores that have disappeared in the meantime are left out. */
async function readRequested({
  store,
  scope,
  input,
}: {
  readonly store: Store;
  readonly scope: string;
  readonly input: VerifyInput;
}): Promise<readonly Asked[]> {
  const { list, from, to, claims } = input;
  const keys: string[] = [];
  for await (const key of readCandidates(store.blobs, list, { from, to })) keys.push(key);
  const claimed = claims && new Map(claims.map(({ index, again }) => [index, again]));
  const required = selectFamily(input.specification.proxies, input.family ?? 'az-nas');
  const stored = await store.signed.get(scope, keys, required);
  return keys.flatMap((key, i) => {
    const index = from + i;
    const score = stored.get(key);
    if (!score || (claimed && !claimed.has(index))) return [];
    return [{ key, index, stored: score, claim: claimed?.get(index) }];
  });
}

interface ComputeAgainArguments {
  readonly scoring: Scoring;
  readonly input: VerifyInput;
  readonly score: Asked;
  readonly file: Pick<ScoreRequest, 'images'>;
  readonly structures: Structures;
}

/** The proxies, or the reason why there are none. */
async function computeAgain({
  scoring,
  input,
  score: { key },
  file,
  structures,
}: ComputeAgainArguments): Promise<Readonly<Record<string, number>> | string> {
  const { family = 'az-nas' } = input;
  const at = key.lastIndexOf('#');
  const [candidate, draw] = [key.slice(0, at), Number(key.slice(at + 1))];
  try {
    const structure = await structures({ space: input.specification.space, candidate });
    const asked = { candidate, draws: [draw], families: [family], ...file, ...structure };
    const [proxies] = await scoring.score(requestOf({ specification: input.specification, asked }), 0);
    const required = selectFamily(input.specification.proxies, family);
    return factOf({ family, proxies: proxies!, required });
  } catch (error) {
    if (!(error instanceof CandidateError)) throw error;
    return `${error.reason}: ${error.message}`;
  }
}

function disagreement({
  score: { key, index, stored, claim },
  again,
  by,
}: {
  readonly score: Asked;
  readonly again: Readonly<Record<string, number>>;
  readonly by: string;
}): Disagreement {
  const claimed = claim === undefined ? undefined : decodeScore(claim).proxies;
  return {
    score: key,
    index,
    worker: stored.worker,
    verifier: by,
    difference: formatDifference(stored.proxies, again),
    again: encodeScore({ key, proxies: again }),
    ...(claimed ? { agreesWithClaim: findDisagreements(claimed, again).length === 0 } : {}),
  };
}

function* each<T>(items: readonly T[]): Generator<T> {
  yield* items;
}
