// Lets a worker serve the steps of its own engine version, and leaves all other steps to workers that can
// serve them.
import { activityInfo } from '@temporalio/activity';
import {
  describeEngines,
  type EngineCounts,
  isServed,
  relevantTo,
  serves,
  wholeVersion,
} from '../core/contract/engines.js';
import type { AddressedInput, ScoreAddress } from '../core/contract/search.js';
import { ENGINE_VERSION } from '../core/engine-version.js';
import { SpecError } from '../core/errors.js';
import { addressOf, isAddressOf } from './address-scores.js';

/**
 * This worker cannot serve the step. Temporal retries it, and a worker of the search's engine then gets it.
 */
export class OtherEngineError extends Error {
  override readonly name = 'OtherEngineError';
}

/**
 * No worker of the search's engine is left. The workflow starts again under `engine`, which is this worker's.
 */
export class EngineGoneError extends Error {
  override readonly name = 'EngineGoneError';
  readonly engine: string;

  constructor({ engine, message }: { readonly engine: string; readonly message: string }) {
    super(message);
    this.engine = engine;
  }
}

/** The queries of a worker about the other workers of its queue. */
export interface Fleet {
  /**
   * The engine versions of the living workers, according to Temporal, and of the workers that execute other
   * steps of the workflow.
   */
  engines(step: Step): Promise<EngineCounts>;
  /** The number of living workers of this worker's queue, itself included. */
  peers(step: Step): Promise<number>;
}

/** A step that a worker refuses, identified as in Temporal. */
export interface Step {
  readonly activityId: string;
  readonly workflowExecution?: { readonly workflowId: string; readonly runId: string };
}

export interface Gate {
  /**
   * Returns the address of the scores of a step, or throws if this worker does not serve the step's engine
   * version.
   */
  (input: AddressedInput): Promise<ScoreAddress>;
  /**
   * Throws if this worker does not serve a version. It accepts an input that has not been validated yet,
   * which a newer release may have made.
   */
  admit(version: string): Promise<void>;
  /** Whether no other worker of this queue, which may do what this one must not, was seen for a quarter of a minute. */
  isAlone(): Promise<boolean>;
}

/**
 * A worker refuses steps of another engine for this long before it reports that no worker has that engine.
 * Temporal lists a remote worker for five minutes after its last poll; this time is added for workers that
 * are just starting.
 */
const GONE_MS = 15_000;
/**
 * A refused step is retried after a second, so that a worker that can serve it gets it soon; later retries
 * are less frequent.
 */
const SOON_MS = 1_000;
const LATER_MS = 5_000;
const SOON_ATTEMPTS = 20;

export function computeRetryDelay(attempt: number): number {
  return attempt <= SOON_ATTEMPTS ? SOON_MS : LATER_MS;
}

interface CreateGateArguments {
  readonly fleet: Fleet;
  readonly engine?: string;
  readonly now?: () => number;
  readonly step?: () => Step;
  /** Called at every refusal, with the reason as text. */
  readonly onRefused?: (refusal: { readonly engine: string; readonly reason: string }) => void;
}

export function createGate({
  fleet,
  engine: own = wholeVersion(ENGINE_VERSION),
  now = () => performance.now(),
  step = activityInfo,
  onRefused,
}: CreateGateArguments): Gate {
  /** For each refused engine, the time since which no other worker that serves it has been seen. */
  const unserved = new Map<string, number>();
  const admit = async (engine: string): Promise<void> => {
    if (serves(own, engine)) return;
    const counts = await fleet.engines(step());
    const reason = describeEngines(engine, counts);
    onRefused?.({ engine, reason });
    if (isServed(engine, counts)) unserved.delete(engine);
    else {
      const since = unserved.get(engine) ?? now();
      unserved.set(engine, since);
      if (now() - since >= GONE_MS) {
        unserved.delete(engine);
        throw new EngineGoneError({ engine: relevantTo(engine, own), message: reason });
      }
    }
    throw new OtherEngineError(
      `${reason}. This worker has ${relevantTo(engine, own)} and leaves the work to others`,
    );
  };
  const gate = async (input: AddressedInput): Promise<ScoreAddress> => {
    const address = addressOf(input);
    await admit(address.engine);
    if (isAddressOf(address, { specification: input.specification, engine: own })) return address;
    throw SpecError.of({
      path: 'address.scope',
      message: `"${address.scope}" is not the scope of this specification under engine ${own}`,
    });
  };
  /** When this worker was first found alone, and when last, while no other was seen. */
  let alone: { readonly since: number; readonly last: number } | undefined;
  const isAlone = async (): Promise<boolean> => {
    if ((await fleet.peers(step())) > 1) {
      alone = undefined;
      return false;
    }
    const at = now();
    const isOld = alone !== undefined && at - alone.last > GONE_MS;
    alone = { since: alone && !isOld ? alone.since : at, last: at };
    return at - alone.since >= GONE_MS;
  };
  return Object.assign(gate, { admit, isAlone });
}
