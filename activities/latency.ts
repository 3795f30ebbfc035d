// In: candidates. Out: their latency on this worker's machine, each measured once for all searches, then read from the store.
import { LRUCache } from 'lru-cache';
import { latencyScope } from '../core/programs/address.js';
import { latencyRejection, rejection } from '../core/spaces/rejection.js';
import type { Space } from '../core/spaces/space.js';
import type { Drawn } from '../core/spec/drawn.js';
import type { AddressedInput } from '../core/spec/search.js';
import type { Specification } from '../core/spec/specification.js';
import type { Store } from '../store/store.js';
import { addressOf } from './address-scores.js';
import type { Gate } from './engine-gate.js';

/** What activities need of whoever measures. */
export interface LatencyMeter {
  /** Class of machine: what a time is marked with, processor and threads. */
  readonly machine: string;
  /** Milliseconds of one image through the whole network; CandidateError where it cannot be run. */
  measure(args: {
    space: Specification['space'];
    candidate: string;
    seed: number;
    resolution: number;
  }): Promise<number>;
}

/** Latencies of which a worker remembers that it has asked the store. */
const REMEMBERED = 100_000;

/** What breaks a constraint: what is counted first, then, where latency is limited, what is measured. */
export interface ConstraintCheck {
  readonly rejection: (candidate: string) => string | undefined | Promise<string | undefined>;
  /** Where the latencies are that it read or measured, for `Drawn`. */
  readonly latencies: Pick<Drawn, 'latencies'>;
}

export type CheckConstraints = (args: AddressedInput & { readonly space: Space }) => ConstraintCheck;

export function checkConstraints({
  store,
  meter,
  gate,
}: {
  store: Store;
  meter: LatencyMeter;
  gate: Gate;
}): CheckConstraints {
  const remembered = new LRUCache<string, number>({ max: REMEMBERED });
  return ({ space, ...input }) => {
    const { specification } = input;
    const { engine } = addressOf(input);
    const { constraints } = specification;
    const counted = rejection({ space, constraints });
    if (!constraints?.latency) return { rejection: counted, latencies: {} };
    const { resolution } = constraints;
    const scope = latencyScope({ space: specification.space, resolution, machine: meter.machine, engine });
    /** The first to measure wins, so that all who ask later, or again after a crash, decide alike. */
    const latencyOf = async (candidate: string): Promise<number> => {
      const known = (await store.latencies.get(scope, [candidate])).get(candidate);
      if (known) return known.latency!;
      // What another engine measures would stand under this one's address.
      await gate(input);
      const { space, seed } = specification;
      const latency = await meter.measure({ space, candidate, seed, resolution });
      const [outcome] = await store.latencies.put(scope, [{ key: candidate, proxies: { latency } }]);
      return outcome === 'stored' ? latency : latencyOf(candidate);
    };
    return {
      rejection: async (candidate) => {
        const broken = counted(candidate);
        if (broken) return broken;
        const key = `${scope} ${candidate}`;
        const milliseconds = remembered.get(key) ?? (await latencyOf(candidate));
        remembered.set(key, milliseconds);
        return latencyRejection({ constraints, milliseconds });
      },
      latencies: { latencies: { [scope]: meter.machine } },
    };
  };
}
