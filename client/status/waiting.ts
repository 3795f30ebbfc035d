// Computes from facts what a search waits for; the same facts give the same reasons.

import { countRejected, type DrawCounts } from '../../core/contract/draw-counts.js';
import type { Phase, StepReport } from '../../core/contract/search.js';
import type { Device } from '../../core/specification/devices.js';
import { spellDuration, spellTime } from '../spell.js';
import type { PendingActivity } from './activities.js';

export interface AwayServer {
  readonly name: 'NATS' | 'Temporal';
  /** Milliseconds since 1970; absent where this command has never reached it. */
  readonly since?: number;
  /** Whether this command starts it again, as it does with embedded servers. */
  readonly isRestarted: boolean;
}

/** Facts about a running search; what is not known is absent. */
export interface Facts {
  readonly now: number;
  readonly away?: readonly AwayServer[];
  readonly phase?: Phase;
  readonly paused?: { readonly since?: number; readonly finishing: number };
  readonly device?: Device;
  /** Workers that live, by what they do; `device` is the search's. */
  readonly workers?: { readonly control: number; readonly device: number };
  /** Whether the search's workflow answered. */
  readonly answers?: boolean;
  /** Whether this command has only just started workers of its own. */
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
  readonly measured?: number;
  readonly rejectedShare?: number;
  readonly by?: string;
}

/** A task that waits no longer than this has only just been handed out. */
const HANDED_OUT_MS = 5_000;
/** Rejections are worth a word from this share on. */
const MUCH = 0.5;

/** Reasons, the most pressing first; none where the search simply goes on. */
export function waitingFor(facts: Facts): readonly Waiting[] {
  return [
    ...serversAway(facts),
    ...pausedSince(facts),
    ...noWorker(facts),
    ...noEngine(facts),
    ...retries(facts),
    ...busyWorkers(facts),
    ...drawing(facts),
  ];
}

function serversAway({ away = [], now }: Facts): Waiting[] {
  return away.map(({ name, since, isRestarted }) => ({
    for: name === 'NATS' ? ('nats' as const) : ('temporal' as const),
    message: `${name} is away${since === undefined ? '' : ` since ${spellDuration(now - since)}`}${isRestarted ? ', starting it again' : ''}`,
    ...(since === undefined ? {} : { since: iso(since) }),
    isRestarted,
  }));
}

function pausedSince({ paused, now }: Facts): Waiting[] {
  if (!paused) return [];
  const { since, finishing } = paused;
  const when = since === undefined ? '' : ` since ${spellTime({ time: since, now })}`;
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
  const own = waiting.filter(({ activity }) => activity !== 'scoreShard');
  if (workers?.control === 0 && (answers === false || own.length > 0))
    reasons.push({
      for: 'control-worker',
      message: 'no control worker',
      ...sinceOf(own),
    });
  const shards = waiting.filter(({ activity }) => activity === 'scoreShard');
  if (device && workers?.device === 0 && !paused && (shards.length > 0 || phase === 'scoring'))
    reasons.push({
      for: 'score-worker',
      message: `no worker for ${device}`,
      device,
      ...sinceOf(shards),
    });
  return reasons;
}

/** What a worker gives as type of its failure where it leaves a step to others (activities/engine-gate.ts). */
const OTHER_ENGINE = 'OtherEngineError';

/** Only workers of another engine version are there, or find the shards first; the worker that refused says it in words. */
function noEngine({ activities = [] }: Facts): Waiting[] {
  const left = activities.filter(({ type }) => type === OTHER_ENGINE);
  const [last] = left.sort((a, b) => (b.failedAt ?? 0) - (a.failedAt ?? 0));
  if (!last?.reason) return [];
  const { activity, attempt, reason } = last;
  return [{ for: 'engine', message: reason, activity, attempt, reason }];
}

/** One reason for all shards that failed alike. */
function retries({ activities = [], now }: Facts): Waiting[] {
  // A second attempt that is under way is work, not waiting; one that comes back again and again is not.
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
    const when = failedAt === undefined ? '' : ` ${spellDuration(now - failedAt)} ago`;
    return {
      for: 'retry' as const,
      message: `${STEPS[activity] ?? activity}${many}: attempt ${attempt}, the last one failed${when}: ${reason}`,
      activity,
      attempt,
      reason: reason!,
      ...(failedAt === undefined ? {} : { since: iso(failedAt) }),
    };
  });
}

/** All of its shards wait although there are workers: those hold shards of other searches. */
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

/** Planning and breeding: latency is measured, or hardly any candidate meets the constraints. */
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
  // What is measured right now has been drawn, and neither taken nor rejected.
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

/** Steps as people name them. */
const STEPS: Readonly<Record<string, string>> = {
  addressScores: 'deciding on the engine version',
  planCandidates: 'planning',
  breedGeneration: 'breeding',
  auditScores: 'looking up scores',
  scoreShard: 'scoring a shard',
  rankCandidates: 'ranking',
  keepBest: 'keeping the best',
  reportSearch: 'writing the summary',
  compareRuns: 'comparing with the run before',
  notify: 'telling the outside',
};

function iso(time: number): string {
  return new Date(time).toISOString();
}
