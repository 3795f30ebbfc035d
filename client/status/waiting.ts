// Computes from facts what a search waits for; the reasons depend on the facts alone.

import { countRejected, type DrawCounts } from '../../core/contract/draw-counts.js';
import type { Phase, StepReport } from '../../core/contract/search.js';
import type { SearchActivities } from '../../core/contract/search-activities.js';
import type { Device } from '../../core/specification/devices.js';
import { formatDuration, formatTime } from '../format-time.js';
import type { PendingActivity } from './activities.js';

export interface AwayServer {
  readonly name: 'NATS' | 'Temporal';
  /** Milliseconds since 1970; absent if this command has never reached it. */
  readonly since?: number;
  /** Whether this command restarts it, as it does with embedded servers. */
  readonly isRestarted: boolean;
}

/** Facts about a running search; unknown ones are absent. */
export interface Facts {
  readonly now: number;
  readonly away?: readonly AwayServer[];
  readonly phase?: Phase;
  readonly paused?: { readonly since?: number; readonly finishing: number };
  readonly device?: Device;
  /** The number of living workers by role; `device` is the search's. */
  readonly workers?: { readonly control: number; readonly device: number };
  /** Whether the search's workflow answered. */
  readonly answers?: boolean;
  /** Whether this command has just started workers of its own. */
  readonly isStartingWorkers?: boolean;
  readonly activities?: readonly PendingActivity[];
  readonly drawn?: DrawCounts;
}

/** `for` is for programs, `message` for people. Times are ISO 8601. */
export interface Waiting {
  readonly for:
    | 'temporal'
    | 'nats'
    | 'resume'
    | 'control-worker'
    | 'score-worker'
    | 'engine'
    | 'retry'
    | 'busy-workers'
    | 'latency'
    | 'candidates';
  readonly message: string;
  readonly since?: string;
  readonly device?: Device;
  readonly activity?: string;
  readonly attempt?: number;
  readonly reason?: string;
  readonly isRestarted?: boolean;
  /** The number of candidates whose latency was measured so far. */
  readonly measured?: number;
  /** The share of the drawn candidates that were rejected, from 0 to 1. */
  readonly rejectedShare?: number;
  /** The limit that rejects most of them, such as `flops.max`. */
  readonly by?: string;
}

/** A task that has waited no longer than this counts as just scheduled. */
const HANDED_OUT_MS = 5_000;
/** The share of rejections from which they are reported. */
const MUCH = 0.5;

/** The reasons, the most important first; empty if the search is working normally. */
export function listWaiting(facts: Facts): readonly Waiting[] {
  return [
    ...unavailableServers(facts),
    ...pausedSince(facts),
    ...noWorker(facts),
    ...noEngine(facts),
    ...retries(facts),
    ...busyWorkers(facts),
    ...drawing(facts),
  ];
}

function unavailableServers({ away = [], now }: Facts): Waiting[] {
  return away.map(({ name, since, isRestarted }) => ({
    for: name === 'NATS' ? ('nats' as const) : ('temporal' as const),
    message: `${name} is away${since === undefined ? '' : ` since ${formatDuration(now - since)}`}${isRestarted ? ', starting it again' : ''}`,
    ...(since === undefined ? {} : { since: iso(since) }),
    isRestarted,
  }));
}

function pausedSince({ paused, now }: Facts): Waiting[] {
  if (!paused) return [];
  const { since, finishing } = paused;
  const when = since === undefined ? '' : ` since ${formatTime({ time: since, now })}`;
  const rest =
    finishing > 0 ? `, ${finishing} ${finishing === 1 ? 'shard finishes' : 'shards finish'} still` : '';
  return [
    { for: 'resume', message: `paused${when}${rest}`, ...(since === undefined ? {} : { since: iso(since) }) },
  ];
}

function noWorker({ workers, device, answers, phase, activities = [], paused, ...facts }: Facts): Waiting[] {
  if (facts.isStartingWorkers) return [];
  const reasons: Waiting[] = [];
  const waiting = activities.filter(({ state }) => state === 'scheduled');
  const sinceOf = (tasks: readonly PendingActivity[]) => {
    const first = Math.min(...tasks.map(({ scheduled }) => scheduled).filter((time) => time > 0));
    return Number.isFinite(first) ? { since: iso(first) } : {};
  };
  const own = waiting.filter(({ activity }) => !ON_DEVICE.includes(activity));
  if (workers?.control === 0 && (answers === false || own.length > 0))
    reasons.push({
      for: 'control-worker',
      message: 'no control worker',
      ...sinceOf(own),
    });
  const shards = waiting.filter(({ activity }) => ON_DEVICE.includes(activity));
  if (device && workers?.device === 0 && !paused && (shards.length > 0 || phase === 'scoring'))
    reasons.push({
      for: 'score-worker',
      message: `no worker for ${device}`,
      device,
      ...sinceOf(shards),
    });
  return reasons;
}

/** The failure type with which a worker leaves a step to others (activities/engine-gate.ts). */
const OTHER_ENGINE = 'OtherEngineError';

/**
 * Only workers of another engine version exist, or they poll the shards first; the message is that of a
 * worker that refused.
 */
function noEngine({ activities = [] }: Facts): Waiting[] {
  const left = activities.filter(({ type }) => type === OTHER_ENGINE);
  const [last] = left.sort((a, b) => (b.failedAt ?? 0) - (a.failedAt ?? 0));
  if (!last?.reason) return [];
  const { activity, attempt, reason } = last;
  return [{ for: 'engine', message: reason, activity, attempt, reason }];
}

/** One reason for all shards that failed in the same way. */
function retries({ activities = [], now }: Facts): Waiting[] {
  // A running second attempt is work and not waiting, unless attempts fail again and again.
  const failed = activities.filter(
    ({ attempt, reason, state, type }) =>
      reason !== undefined && type !== OTHER_ENGINE && attempt > (state === 'started' ? 2 : 1),
  );
  const alike = new Map<string, PendingActivity[]>();
  for (const one of failed) {
    const key = `${one.activity} ${one.reason}`;
    alike.set(key, [...(alike.get(key) ?? []), one]);
  }
  return [...alike.values()].map((group) => {
    const { activity, reason, failedAt } = group[0]!;
    const attempt = Math.max(...group.map((one) => one.attempt));
    const many = group.length > 1 ? ` (${group.length} of them)` : '';
    const when = failedAt === undefined ? '' : ` ${formatDuration(now - failedAt)} ago`;
    return {
      for: 'retry' as const,
      message: `${nameOf(activity)}${many}: attempt ${attempt}, the last one failed${when}: ${reason}`,
      activity,
      attempt,
      reason: reason!,
      ...(failedAt === undefined ? {} : { since: iso(failedAt) }),
    };
  });
}

/** All shards of the search wait although there are workers, which are busy with shards of other searches. */
function busyWorkers({ activities = [], workers, device, now, paused }: Facts): Waiting[] {
  const shards = activities.filter(({ activity }) => activity === 'scoreShard');
  const waiting = shards.filter(
    ({ state, attempt, scheduled }) =>
      state === 'scheduled' && attempt === 1 && scheduled < now - HANDED_OUT_MS,
  );
  if (paused || !workers?.device || shards.length === 0 || waiting.length < shards.length) return [];
  const since = Math.min(...waiting.map(({ scheduled }) => scheduled));
  return [
    {
      for: 'busy-workers',
      message: `every worker for ${device} is busy with other searches`,
      since: iso(since),
      ...(device ? { device } : {}),
    },
  ];
}

/**
 * Reasons during planning and breeding: latency is being measured, or hardly any candidate meets the
 * constraints.
 */
function drawing({ activities = [], drawn, phase }: Facts): Waiting[] {
  const details = activities.map((one) => one.details as StepReport | undefined).find((one) => one?.drawn);
  const reasons: Waiting[] = [];
  const { measured, taken = 0, wanted } = details ?? {};
  const of = wanted === undefined ? '' : ` of ${wanted}`;
  if (measured !== undefined)
    reasons.push({
      for: 'latency',
      message: `measuring latency: ${measured} candidates measured, ${taken}${of} taken`,
      measured,
    });
  const counted = details?.drawn ?? (phase === 'breeding' || phase === 'planning' ? drawn : undefined);
  // A candidate that is being measured has been drawn, but neither taken nor rejected.
  const decided = details?.drawn ? countRejected(details.drawn) + taken : (counted?.proposed ?? 0);
  const share = counted && decided ? countRejected(counted) / decided : 0;
  if (!counted || share < MUCH) return reasons;
  const [by, most] = Object.entries(counted.rejected).sort(([, a], [, b]) => b - a)[0]!;
  const percent = Math.floor((100 * most) / decided);
  return [
    ...reasons,
    {
      for: 'candidates',
      message: `rejecting: ${percent} % by ${by}, ${taken}${of} taken of ${decided} drawn`,
      rejectedShare: share,
      by,
    },
  ];
}

/** The names of steps in messages. */
const STEPS: Readonly<Record<keyof SearchActivities, string>> = {
  checkSearch: 'checking the search',
  checkPart: 'checking a part of the search',
  addressScores: 'deciding on the engine version',
  planCandidates: 'planning',
  breedGeneration: 'breeding',
  auditScores: 'looking up scores',
  scoreShard: 'scoring a shard',
  sampleScores: 'choosing scores to verify',
  verifyScores: 'verifying scores',
  pollingWorkers: 'looking for workers that verify',
  setAsideWorkers: 'recording workers that disagree',
  rankCandidates: 'ranking',
  measureLatencies: 'measuring latencies',
  keepBest: 'keeping the best',
  reportSearch: 'writing the summary',
  compareRuns: 'comparing with the run before',
  notify: 'telling the outside',
};
/** A worker of another version may name a step that this program does not know. */
const nameOf = (activity: string): string =>
  (STEPS as Readonly<Record<string, string | undefined>>)[activity] ?? activity;

/** The steps that score workers do. */
const ON_DEVICE = ['scoreShard', 'verifyScores'];

function iso(time: number): string {
  return new Date(time).toISOString();
}
