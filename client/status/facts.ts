// Collects, for a running search, the facts from which its reasons for waiting are computed.
import type { Client, WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import type { Phase, SearchMemo, SearchProgress } from '../../core/contract/search.js';
import type { Device } from '../../core/specification/devices.js';
import { askProgress } from '../searches/progress.js';
import { findLivingWorkers, readQueue } from '../workers/queues.js';
import { readActivities } from './activities.js';
import type { AwayServer, Facts } from './waiting.js';

/** The time limit for a query; a search whose control worker runs answers within it. */
const QUERY_MS = 5_000;
/** The time for which a restarted server may not know its workers, until they poll again. */
const FORGOTTEN_MS = 15_000;
/** The interval at which queues are read, which bounds how late a missing worker is noticed. */
const QUEUES_MS = 5_000;

export interface Look {
  readonly facts: Facts;
  /** Undefined if no control worker answers. */
  readonly progress: SearchProgress | undefined;
  readonly description: WorkflowExecutionDescription;
}

export interface Looker {
  /** Rejects if Temporal does not answer. */
  look(away?: readonly AwayServer[]): Promise<Look>;
}

/**
 * Counts the living workers for a search's device and for control, and caches the counts for some seconds.
 */
function countWorkers({ client, isLocal }: Pick<LookerOptions, 'client' | 'isLocal'>) {
  let known: { readonly read: number; readonly workers: Facts['workers'] } | undefined;
  const living = new Map<keyof NonNullable<Facts['workers']>, { count: number; at: number }>();
  const remember = (kind: keyof NonNullable<Facts['workers']>, count: number): number => {
    const before = living.get(kind);
    if (count === 0 && before && Date.now() - before.at < FORGOTTEN_MS) return before.count;
    if (count > 0) living.set(kind, { count, at: Date.now() });
    return count;
  };
  return async (device: Device | undefined): Promise<Facts['workers']> => {
    if (known && Date.now() - known.read < QUEUES_MS) return known.workers;
    const count = async (of?: Device) =>
      findLivingWorkers({ queue: await readQueue(client, of), isLocal }).length;
    const [control, score] = await Promise.all([count(), device ? count(device) : 0]);
    known = {
      read: Date.now(),
      workers: { control: remember('control', control), device: remember('device', score) },
    };
    return known.workers;
  };
}

export interface LookerOptions {
  readonly client: Client;
  readonly handle: WorkflowHandle;
  /** Whether all workers are processes of this machine, as with the embedded Temporal. */
  readonly isLocal: boolean;
}

export function createLooker({ client, handle, isLocal }: LookerOptions): Looker {
  const workersFor = countWorkers({ client, isLocal });
  return {
    look: async (away = []) => {
      const description = await handle.describe();
      const memo = (description.memo ?? {}) as Partial<SearchMemo>;
      const device = memo.specification?.execution.device;
      const [activities, workers] = await Promise.all([
        readActivities({ client, description }),
        workersFor(device),
      ]);
      const isAnswered = workers?.control !== 0;
      const ask = () => askProgress(handle).catch(() => undefined);
      const progress = isAnswered ? await client.withDeadline(Date.now() + QUERY_MS, ask) : undefined;
      const phase = progress?.phase ?? phaseOf(memo.state);
      const isPaused = progress?.paused ?? memo.state === 'paused';
      const finishing = activities.filter(({ activity }) => activity === 'scoreShard').length;
      const since = progress?.pausedSince;
      return {
        description,
        progress,
        facts: {
          now: Date.now(),
          away,
          activities,
          answers: progress !== undefined,
          ...(workers ? { workers } : {}),
          ...(device ? { device } : {}),
          ...(phase ? { phase } : {}),
          ...(isPaused ? { paused: { finishing, ...(since === undefined ? {} : { since }) } } : {}),
        },
      };
    },
  };
}

function phaseOf(state: string | undefined): Phase | undefined {
  const isPhase = state !== undefined && !['paused', 'failed', 'cancelled'].includes(state);
  return isPhase ? (state as Phase) : undefined;
}
