// Defines the types for verification, in which other workers compute a sample of the scores again, and adds
// up its counts.

import type { FamilyName } from '../specification/families.js';
import type { Specification } from '../specification/specification.js';
import type { AddressedInput, CandidateListRef } from './addressed.js';

/** A score that two workers computed differently. */
export interface Disagreement {
  /** The key of the score: candidate and draw. */
  readonly score: string;
  /** The worker that stored the score; empty if it gave no name. */
  readonly worker: string;
  /** The worker that computed it again. */
  readonly verifier: string;
  /** The proxies that differ: `trainability -0.51, computed again -3.2`. */
  readonly difference: string;
  /** The verifier's score, in the form of the store. */
  readonly again: string;
  /** The index of the score in the sample. */
  readonly index: number;
  /** Whether a third computation agrees with the verifier. */
  readonly agreesWithClaim?: boolean;
}

/** The state of a search's verification. */
export interface Verification {
  /** The number of scores of this search from which samples were taken, and of scores computed again. */
  readonly scores: number;
  readonly verified: number;
  /**
   * The number of scores in samples that no other worker could compute, and the reason for the last of them.
   */
  readonly notVerified: number;
  readonly why?: string;
  readonly disagreements: number;
  /** The first disagreements. */
  readonly examples: readonly Pick<Disagreement, 'score' | 'worker' | 'verifier' | 'difference'>[];
  /**
   * Workers that a third worker found wrong, and workers that disagreed where no third worker could decide.
   */
  readonly setAside: readonly string[];
  readonly suspected: readonly string[];
  /** The number of scores of workers set aside that were discarded, to be computed again. */
  readonly discarded: number;
  /** Workers of which at least one score was computed again. */
  readonly seen: readonly string[];
}

export const NOTHING_VERIFIED: Verification = {
  scores: 0,
  verified: 0,
  notVerified: 0,
  disagreements: 0,
  discarded: 0,
  examples: [],
  setAside: [],
  suspected: [],
  seen: [],
};

const EXAMPLES = 20;

export function addVerification(a: Verification, b: Verification): Verification {
  const why = b.why ?? a.why;
  const both = (name: 'setAside' | 'suspected' | 'seen') => [...new Set([...a[name], ...b[name]])].sort();
  const setAside = both('setAside');
  return {
    scores: a.scores + b.scores,
    verified: a.verified + b.verified,
    notVerified: a.notVerified + b.notVerified,
    disagreements: a.disagreements + b.disagreements,
    discarded: a.discarded + b.discarded,
    examples: [...a.examples, ...b.examples].slice(0, EXAMPLES),
    setAside,
    suspected: both('suspected').filter((worker) => !setAside.includes(worker)),
    seen: both('seen'),
    ...(why === undefined ? {} : { why }),
  };
}

export interface SampleInput extends AddressedInput {
  readonly run: string;
  /** Candidates that this search has just scored. */
  readonly list: CandidateListRef;
  readonly share: number;
  /** Workers of which a score has been computed again already. */
  readonly seen: readonly string[];
  /** Workers whose scores are discarded, in addition to those that are set aside. */
  readonly distrusted: readonly string[];
}

/** Scores `from` up to and excluding `to` of a sample, all by one worker. */
export interface SampleRange {
  readonly worker: string;
  /** The family of the scores; az-nas if absent. */
  readonly family?: FamilyName;
  readonly from: number;
  readonly to: number;
}

export interface Sample {
  /** Keys of scores, sorted by worker. */
  readonly list: CandidateListRef;
  readonly ranges: readonly SampleRange[];
  /** The number of scores from which the sample was taken. */
  readonly scores: number;
  /** The number of scores of workers set aside that were removed from the store. */
  readonly discarded: number;
  /** Workers that are set aside or distrusted, whose results do not count against other workers. */
  readonly barred: readonly string[];
  /** Workers that poll for this device's work; undefined where Temporal does not report them. */
  readonly polling?: readonly string[];
}

export interface VerifyInput extends AddressedInput {
  readonly run: string;
  readonly list: CandidateListRef;
  readonly from: number;
  readonly to: number;
  /** The family of the scores; az-nas if absent. */
  readonly family?: FamilyName;
  /** Workers that must not compute the scores, because their numbers are in question. */
  readonly except: readonly string[];
  /** The results of the second computation, for a third one. Other scores of the range are skipped. */
  readonly claims?: readonly Pick<Disagreement, 'index' | 'again'>[];
}

export interface VerifyResult {
  readonly by: string;
  /** `refused`: only workers that must not compute the scores have polled. */
  readonly outcome: 'computed' | 'refused';
  readonly agreed: number;
  /** The number of scores that this worker could not compute, and the reason for the last of them. */
  readonly failed: number;
  readonly why?: string;
  readonly disagreements: readonly Disagreement[];
}

export interface SetAsideInput {
  readonly search: string;
  readonly specification: Specification;
  readonly state: 'set aside' | 'suspected';
  readonly workers: readonly string[];
  readonly disagreements: readonly Disagreement[];
}
