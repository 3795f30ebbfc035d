// Creates the activities of control workers and of score workers: validates their inputs and converts their
// errors for Temporal.
import { activityInfo, cancellationSignal, heartbeat, sleep } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { readInput } from '../core/contract/activity-inputs.js';
import { isVersion } from '../core/contract/input-fields.js';
import type { SearchActivities } from '../core/contract/search-activities.js';
import { BlobError, LostScoreError, SpecError, TerminalError } from '../core/errors.js';
import { stagesOf } from '../core/specification/stages.js';
import type { Store } from '../store/store.js';
import { addressScores, isAddressOf } from './address-scores.js';
import { auditScores } from './audit-scores.js';
import { breedGeneration } from './breed-generation.js';
import { compareRuns } from './compare-runs.js';
import { computeRetryDelay, EngineGoneError, type Gate, OtherEngineError } from './engine-gate.js';
import { keepBest } from './keep-best.js';
import { checkConstraints, type LatencyMeter } from './latency.js';
import type { LocalImages } from './local-images.js';
import { measureLatencies } from './measure-latencies.js';
import { lacksPermission, leaveToOthers } from './module-permission.js';
import { type NotifyOptions, notify } from './notify.js';
import { planCandidates } from './plan-candidates.js';
import { rankCandidates } from './rank-candidates.js';
import { type ReportOptions, reportSearch } from './report-search.js';
import { pollingWorkers, sampleScores } from './sample-scores.js';
import { scoreShard } from './score-shard.js';
import type { Scoring } from './scoring.js';
import { setAsideWorkers } from './set-aside-workers.js';
import { reportMeasurements, withReport } from './step-report.js';
import { verifyScores } from './verify-scores.js';

/** The interval between heartbeats, which bounds the age of the progress that people see. */
const HEARTBEAT_MS = 3_000;

/**
 * The time at which Temporal scheduled the step. Durations use Temporal's clock at both ends, because the
 * clock of this machine may differ.
 */
const now = () => activityInfo().scheduledTimestampMs;

/**
 * Anyone who may start workflows may start a part with any address. Such a part must not read or write scores
 * of another specification.
 */
const checkAddress: SearchActivities['checkPart'] = async ({ specification, address }) => {
  if (!address) return;
  const { engine } = address;
  if (stagesOf(specification).some((stage) => isAddressOf(address, { ...stage, engine }))) return;
  throw SpecError.of({ path: 'address.scope', message: 'is not the scope of this specification' });
};

/** The activities of score workers; all others belong to control workers. */
type ScoreActivity = 'scoreShard' | 'verifyScores';

/**
 * The settings of verification on control workers. Without them, only scores of specifications that ask for
 * verification are verified.
 */
export interface VerificationOptions {
  /** The share of the scores to verify where a specification is silent. */
  readonly verify?: number | undefined;
  /** Returns the names of the workers that poll for a device's work. */
  readonly polling: (device: string) => Promise<readonly string[]>;
  readonly onSetAside?: ((workers: readonly string[]) => void) | undefined;
}

/** The resources for the activities of control workers. */
export interface ControlActivityOptions {
  readonly store: Store;
  readonly gate: Gate;
  readonly meter: LatencyMeter;
  readonly notifying: Omit<NotifyOptions, 'store'>;
  readonly verification: VerificationOptions;
  readonly onReport?: ReportOptions['onReport'];
}

export function createControlActivities({
  store,
  gate,
  meter,
  notifying,
  verification: { verify, polling, onSetAside },
  onReport,
}: ControlActivityOptions): Omit<SearchActivities, ScoreActivity> {
  const check = checkConstraints({ store, meter: reportMeasurements(meter), gate });
  const activities = {
    checkSearch: async () => {},
    checkPart: checkAddress,
    addressScores,
    planCandidates: withHeartbeat(planCandidates({ store, check })),
    breedGeneration: withHeartbeat(breedGeneration({ store, check })),
    auditScores: withHeartbeat(auditScores({ store, verify })),
    sampleScores: withHeartbeat(sampleScores({ store, polling })),
    pollingWorkers: pollingWorkers({ store, polling }),
    setAsideWorkers: withHeartbeat(setAsideWorkers({ store, now, onSetAside, sleep })),
    rankCandidates: withHeartbeat(rankCandidates({ store })),
    keepBest: withHeartbeat(keepBest({ store })),
    reportSearch: withHeartbeat(reportSearch({ store, now, ...(onReport ? { onReport } : {}) })),
    compareRuns: withHeartbeat(compareRuns({ store })),
    measureLatencies: withHeartbeat(measureLatencies({ store, meter: reportMeasurements(meter) })),
    notify: withHeartbeat(notify({ store, ...notifying })),
  };
  return withCheckedInputs({ activities, gate, admits: false });
}

interface CreateScoreActivitiesArguments {
  readonly store: Store;
  readonly scoring: Scoring;
  readonly images: LocalImages;
  readonly gate: Gate;
}

export function createScoreActivities({
  store,
  scoring,
  images,
  gate,
}: CreateScoreActivitiesArguments): Pick<SearchActivities, ScoreActivity> {
  const activities = {
    scoreShard: scoreShard({ store, scoring, images, gate }),
    verifyScores: verifyScores({ store, scoring, images, gate }),
  };
  return withCheckedInputs({ activities, gate, admits: true });
}

/** Sends heartbeats with the progress of a long step, so that Temporal knows that it is alive. */
function withHeartbeat<A, R>(activity: (input: A) => Promise<R>): (input: A) => Promise<R> {
  return (input) =>
    withReport(async (report) => {
      const timer = setInterval(() => heartbeat(report()), HEARTBEAT_MS);
      try {
        return await activity(input);
      } finally {
        clearInterval(timer);
      }
    }, cancellationSignal());
}

/**
 * Errors that another attempt of the same activity cannot resolve. All others are retried, including
 * RangeError, which V8 throws where memory runs out.
 */
const FINAL = [TerminalError, SpecError, BlobError, LostScoreError];

interface Checking {
  readonly gate: Gate;
  /** Whether steps of another engine are refused before their input is validated. */
  readonly admits: boolean;
}

/** Wraps activities: validates their inputs, and converts their errors to failures of Temporal. */
function withCheckedInputs<Some extends Partial<SearchActivities>>({
  activities,
  ...checking
}: Checking & { readonly activities: Some }): Some {
  const entries = Object.entries(activities) as [keyof SearchActivities, Activity][];
  return Object.fromEntries(
    entries.map(([name, activity]) => [name, withMappedErrors({ name, activity, ...checking })]),
  ) as unknown as Some;
}

type Activity = (input: unknown) => Promise<unknown>;

/**
 * Bad input ends the search. Code that this worker may not run is left to other workers. Damaged blobs, lost scores
 * and an engine without workers make the workflow repeat earlier steps. Everything else is retried.
 */
function withMappedErrors({
  name,
  activity,
  gate,
  admits,
}: Checking & { readonly name: keyof SearchActivities; readonly activity: Activity }): Activity {
  return async (input) => {
    try {
      const version = versionIn(input);
      // A newer release may ask for proxies that this release does not know. This check comes first, so that
      // a worker of that release gets the step instead of the input being refused here.
      if (admits && version !== undefined) await gate.admit(version);
      return await activity(readInput(name, input));
    } catch (error) {
      const left = lacksPermission(error) && (await leaveToOthers(error, gate));
      if (left) throw left;
      if (error instanceof Error && FINAL.some((type) => error instanceof type))
        throw ApplicationFailure.create({
          message: error.message,
          type: error.name,
          nonRetryable: true,
          cause: error,
          details: error instanceof TerminalError ? [{ code: error.code }] : [],
        });
      if (error instanceof OtherEngineError)
        throw ApplicationFailure.create({
          message: error.message,
          type: error.name,
          nextRetryDelay: computeRetryDelay(activityInfo().attempt),
        });
      if (error instanceof EngineGoneError)
        throw ApplicationFailure.create({
          message: error.message,
          type: error.name,
          nonRetryable: true,
          details: [{ engine: error.engine }],
        });
      throw error;
    }
  };
}

/** The engine version in an input that has not been validated yet. */
function versionIn(input: unknown): string | undefined {
  const { address } = (input ?? {}) as { readonly address?: { readonly engine?: unknown } | null };
  const version = address?.engine;
  return typeof version === 'string' && isVersion(version) ? version : undefined;
}
