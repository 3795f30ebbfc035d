// Answers score requests that came together, with batched supernets on one device.
import { LRUCache } from 'lru-cache';
import { CandidateError } from '../../core/candidate-error.js';
import { type Draw, randomDraw } from '../../core/ir/draw.js';
import { definitionOf, openSpace } from '../../core/spaces/index.js';
import type { BatchedDevice } from '../../core/specification/devices.js';
import type { NetworkScore } from '../network-score.js';
import { outcomeOfError, outcomeOfScores, proxiesOf } from '../outcome.js';
import type { Outcome, ScoreRequest } from '../protocol.js';
import { KEPT_DRAWS } from '../resident-limit.js';
import { createBatchedScorer } from './batched-scorer.js';
import { providerOf, supernetSize } from './device.js';
import type { BatchedScorer } from './scorer-types.js';
import { verifyDevice } from './verify-device.js';

/** Supernets that are open at once: of two searches with different batches or resolutions, or of two rounds of one search. */
const KEPT_SCORERS = 2;

/** Throws a DeviceError where the device does not exist or would not do all of the work itself. */
export async function createBatchedScoring({ device, threads }: { device: BatchedDevice; threads: number }) {
  const provider = providerOf(device);
  await verifyDevice({ device: provider });
  const scorers = new LRUCache<string, BatchedScorer>({
    max: KEPT_SCORERS,
    dispose: (scorer) => void scorer.close(),
  });
  const draws = new LRUCache<string, Draw>({ max: KEPT_DRAWS });
  const scorerOf = ({ batch, resolution, features }: ScoreRequest['fidelity']): BatchedScorer => {
    const key = `${batch} ${resolution} ${features}`;
    const size = supernetSize({ device, batch, resolution });
    const known =
      scorers.get(key) ??
      createBatchedScorer({ device: provider, threads, batch, resolution, features, size });
    scorers.set(key, known);
    return known;
  };
  const drawOf = (seed: number, draw: number): Draw => {
    const key = `${seed} ${draw}`;
    const known = draws.get(key) ?? randomDraw({ seed, draw });
    draws.set(key, known);
    return known;
  };
  /** Requests that differ in their candidate alone. A text that is no candidate fails without the others. */
  const scoreAlike = async (requests: readonly ScoreRequest[]): Promise<Map<ScoreRequest, Outcome>> => {
    const { space: kind, seed, fidelity, draws: numbers } = requests[0]!;
    const outcomes = new Map<ScoreRequest, Outcome>();
    const space = openSpace(kind);
    const good = requests.filter((request) => {
      const reason = whyNot(request);
      if (reason !== undefined) outcomes.set(request, outcomeOfError(reason));
      return reason === undefined;
    });
    if (good.length === 0) return outcomes;
    const candidates = good.map(({ candidate }) => candidate);
    const scorer = scorerOf(fidelity);
    const byDraw: NetworkScore[][] = [];
    for (const number of numbers) byDraw.push(await scorer.score({ candidates, draw: drawOf(seed, number) }));
    good.forEach((request, i) => {
      const { candidate } = request;
      const costs = space.costs({ candidate, resolution: fidelity.resolution });
      const result = byDraw.map((scores) => proxiesOf({ score: scores[i]!, costs, space }));
      outcomes.set(request, outcomeOfScores({ candidate, result }));
    });
    return outcomes;
  };
  return {
    scoreAll: async (requests: readonly ScoreRequest[]): Promise<Outcome[]> => {
      const groups = new Map<string, ScoreRequest[]>();
      for (const request of requests) {
        const { candidate: _, ...rest } = request;
        const key = JSON.stringify(rest);
        const group = groups.get(key);
        if (group) group.push(request);
        else groups.set(key, [request]);
      }
      const outcomes = new Map<ScoreRequest, Outcome>();
      for (const group of groups.values())
        for (const [request, outcome] of await scoreAlike(group)) outcomes.set(request, outcome);
      return requests.map((request) => outcomes.get(request)!);
    },
    close: async () => scorers.clear(),
  };
}

/** Why a request cannot be scored in a supernet. Specifications that would ask for it are refused before (core/specification). */
function whyNot({ space, fidelity, candidate }: ScoreRequest): unknown {
  if (!definitionOf(space).batched || fidelity.weights !== 'shared')
    return new CandidateError({
      reason: 'invalid',
      detail: `${space.kind} with ${fidelity.weights} weights cannot be scored in a batched supernet`,
    });
  try {
    openSpace(space).parse(candidate);
    return undefined;
  } catch (error) {
    return error;
  }
}
