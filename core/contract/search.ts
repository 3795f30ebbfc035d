// Defines a search's input, state, progress and result. This file holds types only, so workflows may import
// it.

import type { Specification } from '../specification/specification.js';
import type {
  AddressedInput,
  CandidateListRef,
  FamilyScopes,
  ScoreAddress,
  ScoreAddresses,
} from './addressed.js';
import type { DrawCounts } from './draw-counts.js';
import type { Cut } from './parts.js';
import type { Verification } from './verification.js';

export type { AddressedInput, CandidateListRef, FamilyScopes, ScoreAddress, ScoreAddresses };

/**
 * The memo of a search's workflow: what lists show, and what distinguishes two specifications under one id.
 */
export interface SearchMemo {
  readonly name: string;
  readonly space: string;
  readonly digest: string;
  readonly specification: Specification;
  /** The name of the schedule that started the search. */
  readonly schedule?: string;
  /**
   * Entries of the memo that the search writes itself: its phase or `paused`, its counts as text and as
   * numbers, and its best candidate.
   */
  readonly state?: string;
  readonly progress?: string;
  readonly counts?: ShownCounts;
  readonly best?: BestCandidate;
}

/**
 * `planned`: distinct candidates that a stage has to score; `done`: how many of them are scored; `failed`:
 * candidates set aside.
 */
export interface ShownCounts {
  readonly candidates: number;
  readonly planned: number;
  readonly done: number;
  readonly failed: number;
}

/** The first candidate of a ranking. */
export interface BestCandidate {
  readonly candidate: string;
  readonly score: number;
}

/**
 * The input of a search's workflow without what the client adds. The id of the search is the id of its
 * workflow.
 */
export type SearchRequest = Omit<SearchInput, 'id' | 'carried'>;

export interface SearchInput {
  readonly id: string;
  readonly specification: Specification;
  /** The candidates in the specification's `strategy.file` when the search was started. */
  readonly list?: CandidateListRef;
  /** The previous run of the same schedule. */
  readonly before?: ComparableRun;
  /** The state that a run passes to the next one when the history grows too long. */
  readonly carried?: SearchState;
}

/**
 * All generations that have been bred: a chain of blobs, each of which holds one generation and the digest of
 * the previous blob.
 */
export interface HistoryRef {
  readonly digest: string;
  readonly generations: number;
  readonly candidates: number;
  readonly drawn: DrawCounts;
}

export type Phase =
  | 'planning'
  | 'breeding'
  | 'scoring'
  | 'verifying'
  | 'auditing'
  | 'ranking'
  | 'reporting'
  | 'done';

/** One finished stage of a search; counts are of candidates as written, before classes are merged. */
export interface RoundReport {
  readonly fidelity: Specification['fidelity'];
  readonly candidates: number;
  readonly reused: number;
  readonly failed: number;
  readonly seconds: number;
}

export interface SearchState {
  readonly startedAt: number;
  readonly stageStartedAt: number;
  /** The name under which this run's failures are stored; it is kept through continue-as-new. */
  readonly run: string;
  readonly rounds: readonly RoundReport[];
  readonly plan: CandidateListRef;
  /** Whether the plan of this stage has been compared with the store. */
  readonly audited: boolean;
  /**
   * The candidates that this attempt has to score. `planned` is their number in the first attempt, `done` the
   * number in finished shards.
   */
  readonly todo: CandidateListRef;
  readonly planned: number;
  readonly done: number;
  /** The number of candidates that had a score before this stage began, and of those that were set aside. */
  readonly reused: number;
  readonly failed: number;
  /**
   * The number of those that were set aside before this stage began; absent in a state that an earlier
   * release wrote, which counts them in `reused`.
   */
  readonly skipped?: number;
  readonly attempt: number;
  readonly nextShard: number;
  readonly paused: boolean;
  /**
   * The time at which it was paused, in milliseconds since 1970; absent if an earlier version paused the
   * search.
   */
  readonly pausedSince?: number | undefined;
  /** Absent in a state that an earlier release wrote; the search computes the addresses when it continues. */
  readonly addresses?: ScoreAddresses;
  /**
   * The engine under which the search started again because no worker of its own engine was left, and how
   * often it did so.
   */
  readonly moved?: { readonly engine: string; readonly times: number };
  /** How often the search started again because a blob was damaged. */
  readonly repairs?: number;
  /** The counts of what the strategy drew, if it drew more candidates than it took. */
  readonly drawn?: DrawCounts;
  /** The state of a plan that is scored in parts. `todo` and `nextShard` are unused then. */
  readonly parts?: PartsState | undefined;
  /** The state of an evolution. */
  readonly evolution?: EvolutionState;
  /**
   * The share that control workers verify where the specification is silent, and the findings of
   * verification.
   */
  readonly verify?: number;
  readonly verification?: Verification;
}

export interface PartsState {
  readonly cut: Cut;
  /** The candidates that each audited part has to score, in the order of the parts. */
  readonly todos: readonly CandidateListRef[];
  /** The number of candidates in these lists that have no score. */
  readonly missing: number;
  /**
   * The number of candidates of each audited part that were set aside already; absent in a state that an
   * earlier release wrote, which did not keep them.
   */
  readonly failed?: readonly number[];
  /** The first part that has not been started. */
  readonly next: number;
}

/** The answer of a part to the `progress` query. */
export type PartProgress = Pick<SearchProgress, 'done' | 'shards'>;

export interface EvolutionState {
  readonly history?: HistoryRef;
  /** Whether the plan, which is one generation, has been scored. */
  readonly scored: boolean;
  /** Whether the last generation is finished; the plan is then all candidates. */
  readonly over: boolean;
  /** The reason why it ended before its budget was spent. */
  readonly ended?: string;
  /** Totals of the previous generations, counted as in the state. */
  readonly before: Pick<SearchState, 'reused' | 'failed' | 'skipped' | 'done'>;
}

/** The answer to the `progress` query. */
export interface SearchProgress {
  readonly phase: Phase;
  /** The version of the engine that computes the scores, once it is decided. */
  readonly engine?: string;
  readonly paused: boolean;
  /** Milliseconds since 1970. */
  readonly pausedSince?: number;
  /** The round of screening; 1 of 1 without screening. */
  readonly round: { readonly number: number; readonly of: number };
  /** Counts of candidates: all, those with a score from before, those set aside. */
  readonly candidates: number;
  readonly reused: number;
  readonly failed: number;
  /** The number of generations that an evolution has bred. */
  readonly generation?: number;
  /** The share of all drawn candidates that were rejected by a constraint. */
  readonly rejectedShare?: number;
  /**
   * Present where `planned` is less than the number of candidates without a score, because equal functions,
   * or repeats in a list, are scored once.
   */
  readonly scoredAs?: 'functions' | 'candidates';
  /**
   * The number of distinct candidates that had to be scored when the search began, and the number in finished
   * shards.
   */
  readonly planned: number;
  readonly done: number;
  /** Shards of this round; `running` holds their numbers. */
  readonly shards: { readonly done: number; readonly running: readonly number[]; readonly total: number };
  /**
   * The parts of a plan that is scored in parts, with the workflow ids of the running ones. `done` and
   * `shards` exclude these, since each part answers its own progress query.
   */
  readonly parts?: { readonly done: number; readonly running: readonly string[]; readonly total: number };
  /** The findings of verification. A running part reports its findings when it ends. */
  readonly verification?: Verification;
}

/** The heartbeat of an activity that draws candidates. */
export interface StepReport {
  /** The number of candidates that this attempt has measured, if it measures latency. */
  readonly measured?: number;
  /** The number of candidates taken so far, and the number to take. */
  readonly taken?: number;
  readonly wanted?: number;
  readonly drawn?: DrawCounts;
}

/** Digests of ranking.csv and failures.csv of a finished search. */
export interface ComparableRun {
  readonly id: string;
  readonly ranking: string;
  readonly failures: string;
}

/**
 * The message to a command or a webhook. Here `summary` and `changes` are digests; the message has their
 * contents.
 */
export interface Notification {
  readonly event: 'search.completed' | 'search.failed' | 'workers.disagree';
  readonly search: string;
  /** Identifies this run of the search. */
  readonly run: string;
  /** Identifies the event where a run may send several of its kind; otherwise `run` identifies it. */
  readonly delivery?: string;
  readonly name: string;
  readonly space: string;
  /** The name of the schedule that started the search. */
  readonly schedule?: string;
  /** The reason of the failure. */
  readonly failure?: string;
  /** The workers that computed scores differently, and how each was treated. */
  readonly workers?: Pick<Verification, 'setAside' | 'suspected' | 'examples'>;
  readonly summary?: string;
  readonly changes?: string;
}

/** Digests of the blobs that a finished search leaves. */
export interface SearchResult extends ComparableRun {
  readonly summary: string;
  /** The candidates of the last stage, and the name under which the failures are stored. */
  readonly plan: CandidateListRef;
  readonly run: string;
  /** The first candidate of the ranking, if its score is finite. */
  readonly best?: BestCandidate;
  /**
   * The scopes of the scores, and the engine that computed them; absent if an earlier release finished the
   * search.
   */
  readonly scopes?: readonly string[];
  /** The scopes of the families other than az-nas, for each stage. */
  readonly families?: readonly FamilyScopes[];
  /** The scopes of the latencies, if there are any. */
  readonly latencies?: readonly string[];
  readonly engine?: string;
  /** For a scheduled run: the digest of what changed since the previous run. */
  readonly changes?: string;
  /** The reason why a scheduled run could not be compared with the previous one. */
  readonly notCompared?: string;
  /** The reason why the notification failed. */
  readonly notNotified?: string;
}
