// Checks limits on latency: each candidate is measured once on this machine for all searches, and then read
// from the store.
import { LRUCache } from 'lru-cache';
import { latencyScope } from '../core/address.js';
import { CandidateError } from '../core/candidate-error.js';
import type { DrawCounts } from '../core/contract/draw-counts.js';
import type { Measurement } from '../core/contract/latency.js';
import type { AddressedInput } from '../core/contract/search.js';
import type { Space } from '../core/spaces/space.js';
import { latencyRejection, rejection, UNMEASURED } from '../core/specification/rejection.js';
import { costResolution } from '../core/specification/space.js';
import type { Specification } from '../core/specification/specification.js';
import { findLastRound, readLatencies, storeLatency } from '../store/latencies.js';
import type { Store } from '../store/store.js';
import { addressOf } from './address-scores.js';
import type { Gate } from './engine-gate.js';
import { createStructures } from './structures.js';

/** The process that measures latencies, as the activities use it. */
export interface LatencyMeter {
  /** The class of machine under which a latency is stored: processor and threads. */
  readonly machine: string;
  /** Measures one image through the whole network; throws CandidateError if it cannot be run. */
  measure(args: {
    space: Specification['space'];
    candidate: string;
    seed: number;
    resolution: number;
    /** The structure of a candidate that was read from a file. */
    structure?: string;
  }): Promise<Measurement>;
}

/** The most latencies that a worker caches. */
const REMEMBERED = 100_000;

/**
 * Finds the constraint that a candidate breaks. Counted costs are checked first; only candidates that satisfy
 * them are measured.
 */
export interface ConstraintCheck {
  readonly rejection: (candidate: string) => string | undefined | Promise<string | undefined>;
  /** The scopes of the latencies that were read or measured, for `DrawCounts`. */
  readonly latencies: Pick<DrawCounts, 'latencies'>;
  /**
   * `; they took 6.31 to 14.50 ms` for the candidates whose latency was needed, with the reason why the last of
   * the others could not be measured, or an empty text.
   */
  readonly times: () => string;
}

export type CheckConstraints = (args: AddressedInput & { readonly space: Space }) => ConstraintCheck;

export function checkConstraints({
  store,
  meter,
  gate,
}: {
  readonly store: Store;
  readonly meter: LatencyMeter;
  readonly gate: Gate;
}): CheckConstraints {
  const remembered = new LRUCache<string, number>({ max: REMEMBERED });
  const structures = createStructures({ blobs: store.blobs });
  return ({ space, ...input }) => {
    const { specification } = input;
    const { engine } = addressOf(input);
    const { constraints } = specification;
    const counted = rejection({ space, constraints });
    if (!constraints?.latency) return { rejection: counted, latencies: {}, times: () => '' };
    const resolution = costResolution(specification);
    const scope = latencyScope({ space: specification.space, resolution, machine: meter.machine, engine });
    const { latencies } = store;
    let last: Promise<number> | undefined;
    const times = createTimes();
    /**
     * The first measurement of a candidate counts, so that everyone who asks later, or again after a crash,
     * gets the same decision.
     */
    const latencyOf = async (candidate: string, round: number): Promise<number> => {
      const known = await readLatencies({ latencies, scope, round, candidates: [candidate] });
      const before = known.get(candidate);
      if (before) return before.latency;
      // A worker of another engine must not measure, because its result would be stored under this engine's
      // address.
      await gate(input);
      const { space, seed } = specification;
      const structure = await structures({ space, candidate });
      const measurement = await meter.measure({ space, candidate, seed, resolution, ...structure });
      return (await storeLatency({ latencies, scope, round, candidate, measurement })).latency;
    };
    return {
      rejection: async (candidate) => {
        const broken = counted(candidate);
        if (broken) return broken;
        last ??= findLastRound({ latencies, scope });
        const round = await last;
        const key = `${scope} ${round} ${candidate}`;
        const milliseconds =
          remembered.get(key) ?? (await latencyOf(candidate, round).catch(explainUnmeasured));
        times.add(milliseconds);
        if (typeof milliseconds === 'string') return UNMEASURED;
        remembered.set(key, milliseconds);
        return latencyRejection({ constraints, milliseconds });
      },
      latencies: { latencies: { [scope]: meter.machine } },
      times: times.describe,
    };
  };
}

/** Records the fastest and the slowest candidate, and the reason of the last failed measurement. */
function createTimes() {
  let fastest = Number.POSITIVE_INFINITY;
  let slowest = 0;
  let unmeasured = '';
  return {
    add: (milliseconds: number | string): void => {
      if (typeof milliseconds === 'string') {
        unmeasured = `; ${milliseconds}`;
        return;
      }
      fastest = Math.min(fastest, milliseconds);
      slowest = Math.max(slowest, milliseconds);
    },
    describe: (): string =>
      (slowest > 0 ? `; they took ${fastest.toFixed(2)} to ${slowest.toFixed(2)} ms` : '') + unmeasured,
  };
}

/** The reason why one candidate cannot be run; the measurement is tried again after any other error. */
function explainUnmeasured(error: unknown): string {
  if (error instanceof CandidateError) return error.message;
  throw error;
}
