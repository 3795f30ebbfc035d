// Types of the inputs and results of activities; workflows may import this file, since it holds types only.

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
  /** Shards that it keeps under way. */
  readonly window: number;
  /** Number of its first shard among those of all parts, and how many there are of all. */
  readonly shards: { readonly first: number; readonly of: number };
  readonly paused: boolean;
  /** Share of the scores that is verified, where that is more than none. */
  readonly verify?: number;
  /** The state that a run hands to the next when the history grows too long. */
  readonly carried?: PartState;
}

export type PartState = Pick<
  SearchState,
  'todo' | 'done' | 'failed' | 'attempt' | 'nextShard' | 'verification'
>;

/** Written candidates of finished shards, and those that were set aside. */
export interface PartResult {
  readonly done: number;
  readonly failed: number;
  readonly verification?: Verification;
}

export interface ShardInput extends AddressedInput {
  readonly search: string;
  readonly run: string;
  readonly list: CandidateListRef;
  /** Number of the shard, for people and progress bars. */
  readonly shard: number;
  readonly from: number;
  readonly to: number;
}

/** Counts of candidates of one shard. */
export interface ShardResult {
  readonly scored: number;
  readonly reused: number;
  readonly failed: number;
}

export interface RankInput extends AddressedInput {
  readonly run: string;
  readonly plan: CandidateListRef;
  /** Scopes of the latencies that the search has asked for, and their machines: the ranking has a column of them then. */
  readonly latencies?: DrawCounts['latencies'];
}

/** Digests of ranking.csv and failures.csv. */
export interface RankResult {
  readonly ranking: string;
  readonly failures: string;
  /** The first of the ranking, where its score is a number. */
  readonly best?: BestCandidate;
  readonly latency?: LatencyCounts;
}

export interface AuditInput extends RankInput {
  /** The part to audit, of a plan that is audited in parts. */
  readonly part?: Part;
}

export interface AuditResult {
  /** The candidates that are to be scored, each once. */
  readonly todo: CandidateListRef;
  /** Candidates of the plan without a score that can still get one, and those that were set aside. */
  readonly missing: number;
  readonly failed: number;
  /** Share of the scores that control workers have verified where the specification says nothing; absent where it is none. */
  readonly verify?: number;
}

export interface BreedInput extends AddressedInput {
  readonly run: string;
  readonly history?: HistoryRef;
}

/**
 * `bred`: the plan is a new generation. `missing`: the plan is what lost its score since it was audited; the history
 * stays. `over`: the budget is spent or nothing new can be found; the plan is all that was ever bred.
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
  /** The time in milliseconds since 1970. */
  readonly startedAt: number;
  /** The digest of ranking.csv. */
  readonly ranking: string;
  readonly drawn?: DrawCounts;
  readonly latency?: LatencyCounts;
  readonly generations?: number;
  readonly ended?: string;
  /** The findings of verification, where the search was verified. */
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
  /** Runs before all others: refuses an input that the command line cannot have started a search, or a part of one, with. */
  checkSearch(input: SearchInput): Promise<void>;
  checkPart(input: PartInput): Promise<void>;
  /** Scopes of all stages under an engine; under the worker's own where none is asked for. */
  addressScores(input: { specification: Specification; engine?: string }): Promise<ScoreAddresses>;
  planCandidates(input: PlanInput): Promise<CandidateListRef & { readonly drawn?: DrawCounts }>;
  breedGeneration(input: BreedInput): Promise<BreedResult>;
  auditScores(input: AuditInput): Promise<AuditResult>;
  scoreShard(input: ShardInput): Promise<ShardResult>;
  sampleScores(input: SampleInput): Promise<Sample>;
  verifyScores(input: VerifyInput): Promise<VerifyResult>;
  /** Names of the workers that ask for a device's work, without those that are set aside. */
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
