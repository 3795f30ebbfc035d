// Defines the inputs and results of activities. This file holds types only, so workflows may import it.

import type { Specification } from '../specification/specification.js';
import type { AddressedInput, CandidateListRef, FamilyScopes, ScoreAddresses } from './addressed.js';
import type { DrawCounts } from './draw-counts.js';
import type { LatencyCounts, LatencyInput, LatencyResult } from './latency.js';
import type { Part } from './parts.js';
import type {
  BestCandidate,
  ComparableRun,
  HistoryRef,
  Notification,
  RoundReport,
  SearchInput,
  SearchState,
} from './search.js';
import type {
  Sample,
  SampleInput,
  SetAsideInput,
  Verification,
  VerifyInput,
  VerifyResult,
} from './verification.js';

/** The part of a plan that one workflow scores. */
export interface PartInput extends RankInput {
  readonly search: string;
  readonly part: Part;
  readonly todo: CandidateListRef;
  /** The number of shards that the workflow keeps running. */
  readonly window: number;
  /** The number of its first shard among the shards of all parts, and the total number of shards. */
  readonly shards: { readonly first: number; readonly of: number };
  readonly paused: boolean;
  /** The share of the scores that is verified; absent where it is 0. */
  readonly verify?: number;
  /** The state that a run passes to the next one when the history grows too long. */
  readonly carried?: PartState;
}

export type PartState = Pick<
  SearchState,
  'todo' | 'done' | 'failed' | 'attempt' | 'nextShard' | 'verification'
>;

/** The number of candidates in finished shards, and of those that were set aside. */
export interface PartResult {
  readonly done: number;
  readonly failed: number;
  readonly verification?: Verification;
}

export interface ShardInput extends AddressedInput {
  readonly search: string;
  readonly run: string;
  readonly list: CandidateListRef;
  /** The number of the shard, for messages and progress bars. */
  readonly shard: number;
  readonly from: number;
  readonly to: number;
}

/** Counts of the candidates of one shard. */
export interface ShardResult {
  readonly scored: number;
  readonly reused: number;
  readonly failed: number;
}

export interface RankInput extends AddressedInput {
  readonly run: string;
  readonly plan: CandidateListRef;
  /**
   * The scopes of the latencies that the search has asked for, with their machines. If present, the ranking
   * has a latency column.
   */
  readonly latencies?: DrawCounts['latencies'];
}

/** Digests of ranking.csv and failures.csv. */
export interface RankResult {
  readonly ranking: string;
  readonly failures: string;
  /** The first candidate of the ranking, if its score is finite. */
  readonly best?: BestCandidate;
  readonly latency?: LatencyCounts;
}

export interface AuditInput extends RankInput {
  /** The part to audit, for a plan that is audited in parts. */
  readonly part?: Part;
}

export interface AuditResult {
  /** The candidates to score, without repeats. */
  readonly todo: CandidateListRef;
  /**
   * The number of candidates of the plan without a score that can still get one, and of those that were set
   * aside.
   */
  readonly missing: number;
  readonly failed: number;
  /**
   * The share of the scores that control workers verify where the specification is silent; absent where it is
   * 0.
   */
  readonly verify?: number;
}

export interface BreedInput extends AddressedInput {
  readonly run: string;
  readonly history?: HistoryRef;
}

/**
 * `bred`: the plan is a new generation. `missing`: the plan holds the candidates that lost their scores since
 * the audit; the history is unchanged. `over`: the budget is spent or nothing new can be found; the plan
 * holds every candidate that was bred.
 */
export interface BreedResult {
  readonly outcome: 'bred' | 'missing' | 'over';
  readonly plan: CandidateListRef;
  readonly history: HistoryRef;
  readonly ended?: string;
}

export interface ReportInput {
  readonly search: string;
  readonly specification: Specification;
  readonly rounds: readonly RoundReport[];
  readonly addresses?: ScoreAddresses;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The digest of ranking.csv. */
  readonly ranking: string;
  readonly drawn?: DrawCounts;
  readonly latency?: LatencyCounts;
  readonly generations?: number;
  readonly ended?: string;
  /** The findings of verification, if the search was verified. */
  readonly verification?: Verification & { readonly share: number };
}

/** The digest of what changed between two runs, or why they could not be compared. */
export interface Comparison {
  readonly changes?: string;
  readonly notCompared?: string;
}

export interface PlanInput extends AddressedInput {
  readonly list?: CandidateListRef;
}

export interface SearchActivities {
  /**
   * Runs before all other activities. It refuses an input with which no command line can have started a
   * search or a part of one.
   */
  checkSearch(input: SearchInput): Promise<void>;
  checkPart(input: PartInput): Promise<void>;
  /** Computes the scopes of all stages under an engine; by default under the worker's own. */
  addressScores(input: { specification: Specification; engine?: string }): Promise<ScoreAddresses>;
  planCandidates(input: PlanInput): Promise<CandidateListRef & { readonly drawn?: DrawCounts }>;
  breedGeneration(input: BreedInput): Promise<BreedResult>;
  auditScores(input: AuditInput): Promise<AuditResult>;
  scoreShard(input: ShardInput): Promise<ShardResult>;
  sampleScores(input: SampleInput): Promise<Sample>;
  verifyScores(input: VerifyInput): Promise<VerifyResult>;
  /** Names of the workers that poll for a device's work, without those that are set aside. */
  pollingWorkers(input: { device: string }): Promise<readonly string[]>;
  setAsideWorkers(input: SetAsideInput): Promise<{ discarded: number }>;
  rankCandidates(input: RankInput): Promise<RankResult>;
  measureLatencies(input: LatencyInput): Promise<LatencyResult>;
  keepBest(input: { specification: Specification; ranking: string; keep: number }): Promise<CandidateListRef>;
  reportSearch(input: ReportInput): Promise<{
    summary: string;
    scopes: readonly string[];
    engine?: string;
    families?: readonly FamilyScopes[];
    latencies?: readonly string[];
  }>;
  compareRuns(input: { before: ComparableRun; after: ComparableRun }): Promise<Comparison>;
  notify(input: { notify: NonNullable<Specification['notify']>; notification: Notification }): Promise<void>;
}
