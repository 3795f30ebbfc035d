// Scores requests that arrived together on one device: with batched supernets where the space has one,
// otherwise one by one.
import { LRUCache } from 'lru-cache';
import { CandidateError } from '../../core/candidate-error.js';
import { type Draw, randomDraw } from '../../core/ir/draw.js';
import { openSpace } from '../../core/spaces/index.js';
import type { BatchedDevice } from '../../core/specification/devices.js';
import { isMeasuredFamily } from '../../core/specification/measured-families.js';
import { type CpuScorer, createCpuScorer } from '../cpu-scorer.js';
import type { NetworkScore } from '../network-score.js';
import { outcomeOfError, outcomeOfScores, proxiesOf } from '../outcome.js';
import type { Outcome, ScoreRequest } from '../protocol.js';
import { KEPT_DRAWS } from '../resident-limit.js';
import { createBatchedScorer } from './batched-scorer.js';
import { estimateSupernetSize, providerOf } from './device.js';
import { isForSupernet } from './is-for-supernet.js';
import type { BatchedScorer } from './scorer-types.js';
import { verifyDevice } from './verify-device.js';

/**
 * The number of supernets that are open at once, for two searches with different batches or resolutions, or
 * for two rounds of one search.
 */
const KEPT_SCORERS = 2;

export interface BatchedScoring {
  scoreAll(requests: readonly ScoreRequest[]): Promise<Outcome[]>;
  close(): Promise<void>;
}

/** Throws a DeviceError if the device is absent or cannot do all of the work itself. */
export async function createBatchedScoring({
  device,
  threads,
}: {
  readonly device: BatchedDevice;
  readonly threads: number;
}): Promise<BatchedScoring> {
  const provider = providerOf(device);
  await verifyDevice({ device: provider });
  const scorers = new LRUCache<string, BatchedScorer>({
    max: KEPT_SCORERS,
    dispose: (scorer) => void scorer.close(),
  });
  const draws = new LRUCache<string, Draw>({ max: KEPT_DRAWS });
  const tools: Tools = {
    scorerOf: ({ batch, resolution, features }) =>
      recall(scorers, JSON.stringify([batch, resolution, features]), () => {
        const size = estimateSupernetSize({ device, batch, resolution });
        return createBatchedScorer({
          device: provider,
          threads,
          fidelity: { batch, resolution, features },
          size,
        });
      }),
    drawOf: ({ seed, draw }) => recall(draws, `${seed} ${draw}`, () => randomDraw({ seed, draw })),
  };
  let single: Promise<CpuScorer> | undefined;
  /** Scores candidates of spaces without a supernet, in the plain layout, and counts depth and activations. */
  const scoreOneByOne: ScoreOneByOne = async (requests) => {
    single ??= createCpuScorer({ threads, device: provider });
    return (await single).scoreAll(requests);
  };
  return {
    scoreAll: async (requests) => {
      const outcomes = new Map<ScoreRequest, Outcome>();
      for (const group of groupAlike(requests))
        if (isForSupernet(group[0]!) && !group[0]!.families?.every(isMeasuredFamily)) {
          await scoreAlike({ requests: group, tools, outcomes });
          await addCounted({ requests: group, outcomes, scoreOneByOne });
        } else {
          const found = await scoreOneByOne(group);
          for (const [i, request] of group.entries()) outcomes.set(request, found[i]!);
        }
      return requests.map((request) => outcomes.get(request)!);
    },
    close: async () => {
      scorers.clear();
      await (await single)?.close();
    },
  };
}

type ScoreOneByOne = (requests: readonly ScoreRequest[]) => Promise<Outcome[]>;

interface AddCountedArguments {
  /** Requests that differ only in their candidate, with the outcomes of their supernet. */
  readonly requests: readonly ScoreRequest[];
  readonly outcomes: Map<ScoreRequest, Outcome>;
  readonly scoreOneByOne: ScoreOneByOne;
}

/** Adds the families that are counted, by a formula of the space or over the graph, which supernets do not compute. */
async function addCounted({ requests, outcomes, scoreOneByOne }: AddCountedArguments): Promise<void> {
  const families = (requests[0]!.families ?? []).filter(isMeasuredFamily);
  const scored = requests.filter((request) => 'result' in outcomes.get(request)!);
  if (families.length === 0 || scored.length === 0) return;
  const found = await scoreOneByOne(scored.map((request) => ({ ...request, families })));
  for (const [i, request] of scored.entries())
    outcomes.set(request, merged(outcomes.get(request)!, found[i]!));
}

/** The proxies of both outcomes, draw by draw; the failure, if one of them is a failure. */
function merged(one: Outcome, other: Outcome): Outcome {
  if (!('result' in one)) return one;
  if (!('result' in other)) return other;
  return { ...one, result: one.result.map((proxies, i) => ({ ...proxies, ...other.result[i] })) };
}

interface Tools {
  readonly scorerOf: (fidelity: ScoreRequest['fidelity']) => BatchedScorer;
  readonly drawOf: (key: { readonly seed: number; readonly draw: number }) => Draw;
}

/** Returns the value of a key, and computes it if the cache has none. */
function recall<V extends object>(cache: LRUCache<string, V>, key: string, make: () => V): V {
  const value = cache.get(key) ?? make();
  cache.set(key, value);
  return value;
}

/** Groups requests that differ only in their candidate. */
function groupAlike(requests: readonly ScoreRequest[]): Iterable<readonly ScoreRequest[]> {
  const groups = new Map<string, ScoreRequest[]>();
  for (const request of requests) {
    const { candidate: _, ...rest } = request;
    const key = JSON.stringify(rest);
    const group = groups.get(key);
    if (group) group.push(request);
    else groups.set(key, [request]);
  }
  return groups.values();
}

/**
 * Scores requests that differ only in their candidate. A text that is not a candidate fails without affecting
 * the others.
 */
async function scoreAlike({
  requests,
  tools: { scorerOf, drawOf },
  outcomes,
}: {
  readonly requests: readonly ScoreRequest[];
  readonly tools: Tools;
  readonly outcomes: Map<ScoreRequest, Outcome>;
}): Promise<void> {
  const { space: kind, seed, fidelity, draws, families } = requests[0]!;
  const space = openSpace(kind);
  const good = requests.filter((request) => {
    const reason = explainUnsuitable(request);
    if (reason !== undefined) outcomes.set(request, outcomeOfError(reason));
    return reason === undefined;
  });
  if (good.length === 0) return;
  const candidates = good.map(({ candidate }) => candidate);
  const scorer = scorerOf(fidelity);
  const byDraw: NetworkScore[][] = [];
  for (const draw of draws) byDraw.push(await scorer.score({ candidates, draw: drawOf({ seed, draw }) }));
  good.forEach((request, i) => {
    const { candidate } = request;
    const costs = space.costs({ candidate, resolution: fidelity.resolution });
    const result = byDraw.map((scores) => proxiesOf({ score: scores[i]!, costs, space, families }));
    outcomes.set(request, outcomeOfScores({ candidate, result }));
  });
}

/**
 * The reason why a request cannot be scored in a supernet. Specifications that would ask for it are refused
 * earlier (core/specification).
 */
function explainUnsuitable({ space, fidelity, candidate }: ScoreRequest): unknown {
  if (fidelity.weights !== 'shared')
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
