// Types of a search's input, state, progress and result; workflows may import this file, since it holds types only.

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

/** Memo of a search's workflow: what lists show, and what tells two specifications under one id apart. */
export interface SearchMemo {
  readonly name: string;
  readonly space: string;
  readonly digest: string;
  readonly specification: Specification;
  /** Name of the schedule that starts it. */
  readonly schedule?: string;
  /**
   * Entries of the memo that the search itself writes: its phase or `paused`, its counts in words and in numbers, and what it
   * found.
   */
  readonly state?: string;
  readonly progress?: string;
  readonly counts?: ShownCounts;
  readonly best?: BestCandidate;
}

/** Distinct candidates that a stage has to score, and how many of them are done; written candidates set aside. */
export interface ShownCounts {
  readonly candidates: number;
  readonly planned: number;
  readonly done: number;
  readonly failed: number;
}

/** The first of a ranking. */
export interface BestCandidate {
  readonly candidate: string;
  readonly score: number;
}

/** The input of a search's workflow. The id of a search is that of its workflow. */
export type SearchRequest = Omit<SearchInput, 'id' | 'carried'>;

export interface SearchInput {
  readonly id: string;
  readonly specification: Specification;
  /** The candidates that the specification's `strategy.file` held when the search was started. */
  readonly list?: CandidateListRef;
  /** The run of the same schedule before this one. */
  readonly before?: ComparableRun;
  /** The state that a run hands to the next when the history grows too long. */
  readonly carried?: SearchState;
}

/** All generations that were bred so far: a chain of blobs, each with one generation and the digest of the one before. */
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

/** One finished stage of a search; counts are written candidates. */
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
  /** Names the failures of this search's run; the same through continue-as-new. */
  readonly run: string;
  readonly rounds: readonly RoundReport[];
  readonly plan: CandidateListRef;
  /** Whether this stage's plan has been compared with the store. */
  readonly audited: boolean;
  /**
   * The candidates that this attempt has to score. `planned` is their number in the first attempt, `done` the number that
   * finished shards scored.
   */
  readonly todo: CandidateListRef;
  readonly planned: number;
  readonly done: number;
  /** Candidates that had a score before this stage began, and those that were set aside. */
  readonly reused: number;
  readonly failed: number;
  readonly attempt: number;
  readonly nextShard: number;
  readonly paused: boolean;
  /** When it was paused, milliseconds since 1970; a search that an earlier version paused does not say. */
  readonly pausedSince?: number | undefined;
  /** Absent in a state that an earlier release wrote; the search gets one when it goes on. */
  readonly addresses?: ScoreAddresses;
  /** The engine under which the search began again, because no worker of its own was left, and how often it did. */
  readonly moved?: { readonly engine: string; readonly times: number };
  /** How often the search has begun again because a blob was damaged. */
  readonly repairs?: number;
  /** What the strategy drew, where it drew more candidates than it took. */
  readonly drawn?: DrawCounts;
  /** The parts of a plan that is scored in parts. `todo` and `nextShard` have no meaning then. */
  readonly parts?: PartsState | undefined;
  /** The state of an evolution. */
  readonly evolution?: EvolutionState;
  /** The share that control workers verify where the specification says nothing, and what verification has found. */
  readonly verify?: number;
  readonly verification?: Verification;
}

export interface PartsState {
  readonly cut: Cut;
  /** The candidates that each audited part has to score, in the order of the parts. */
  readonly todos: readonly CandidateListRef[];
  /** Candidates without a score in these. */
  readonly missing: number;
  /** The first part that has not been started. */
  readonly next: number;
}

/** Answer of a part to the `progress` query. */
export type PartProgress = Pick<SearchProgress, 'done' | 'shards'>;

export interface EvolutionState {
  readonly history?: HistoryRef;
  /** Whether the plan, one generation, has been scored. */
  readonly scored: boolean;
  /** Whether the last generation is over; the plan is all of them then. */
  readonly over: boolean;
  /** Why it ended before its budget was spent. */
  readonly ended?: string;
  /** Totals of the generations before this one; `done` and `reused` as in the state. */
  readonly before: { readonly reused: number; readonly failed: number; readonly done: number };
}

/** Answer of the `progress` query. */
export interface SearchProgress {
  readonly phase: Phase;
  /** Version of the engine that computes its scores, once that is decided. */
  readonly engine?: string;
  readonly paused: boolean;
  /** The time in milliseconds since 1970. */
  readonly pausedSince?: number;
  /** The round of screening; 1 of 1 without screening. */
  readonly round: { readonly number: number; readonly of: number };
  /** Written candidates: all, with a score from before, set aside. */
  readonly candidates: number;
  readonly reused: number;
  readonly failed: number;
  /** How many generations an evolution has bred. */
  readonly generation?: number;
  /** Share of all drawn candidates that were not taken because they break a constraint. */
  readonly rejectedShare?: number;
  /** Where `planned` is less than the candidates without a score: equal functions, or repeats of a list, are scored once. */
  readonly scoredAs?: 'functions' | 'candidates';
  /**
   * The number of candidates that had to be scored when the search began, each once, and the number that finished shards have
   * scored.
   */
  readonly planned: number;
  readonly done: number;
  /** Shards of this round; `running` by number. */
  readonly shards: { readonly done: number; readonly running: readonly number[]; readonly total: number };
  /**
   * The parts of a plan that is scored in parts, with the workflow ids of those that run. `done` and `shards` do not count
   * them, since each of them answers its own progress.
   */
  readonly parts?: { readonly done: number; readonly running: readonly string[]; readonly total: number };
  /** The findings of verification. A part that runs reports its findings when it ends. */
  readonly verification?: Verification;
}

/** The heartbeat of an activity that draws candidates. */
export interface StepReport {
  /** How many candidates this attempt has measured, where latency is measured. */
  readonly measured?: number;
  /** Candidates that it has taken, and how many it is to take. */
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

/** The message to a command or a webhook. `summary` and `changes` are digests here, and their contents in the message. */
export interface Notification {
  readonly event: 'search.completed' | 'search.failed' | 'workers.disagree';
  readonly search: string;
  /** Names this run of the search, once and for all. */
  readonly run: string;
  /** Names the event where a run may have several of its kind; `run` names the others. */
  readonly delivery?: string;
  readonly name: string;
  readonly space: string;
  /** Name of the schedule that started it. */
  readonly schedule?: string;
  /** The reason of the failure. */
  readonly failure?: string;
  /** Workers that computed scores differently, and what became of them. */
  readonly workers?: Pick<Verification, 'setAside' | 'suspected' | 'examples'>;
  readonly summary?: string;
  readonly changes?: string;
}

/** Digests of the blobs that a finished search leaves. */
export interface SearchResult extends ComparableRun {
  readonly summary: string;
  /** The candidates of the last stage, and the name under which its failures are kept. */
  readonly plan: CandidateListRef;
  readonly run: string;
  /** The first of the ranking, where its score is a number. */
  readonly best?: BestCandidate;
  /** The scope of its scores, and the engine that computed them; absent where an earlier release finished the search. */
  readonly scopes?: readonly string[];
  /** The scopes of other families than az-nas for each stage. */
  readonly families?: readonly FamilyScopes[];
  /** The scope of its latencies, if it has any. */
  readonly latencies?: readonly string[];
  readonly engine?: string;
  /** What changed since the run before, in a scheduled run. */
  readonly changes?: string;
  /** Why a scheduled run could not be compared with the one before. */
  readonly notCompared?: string;
  /** Why the notification failed. */
  readonly notNotified?: string;
}
