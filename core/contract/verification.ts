// Types of what workflows, activities and clients say about scores that are computed again, and how counts of it are added up.

import type { FamilyName } from '../specification/families.js';
import type { Specification } from '../specification/specification.js';
import type { AddressedInput, CandidateListRef } from './addressed.js';

/** One score that two workers computed differently. */
export interface Disagreement {
  /** The candidate and the draw. */
  readonly score: string;
  /** The worker that stored it; empty for one that gave no name. */
  readonly worker: string;
  /** The worker that computed it again. */
  readonly verifier: string;
  /** `trainability -0.51, computed again -3.2`: the proxies that differ. */
  readonly difference: string;
  /** The verifier's score, as the store writes scores. */
  readonly again: string;
  /** Number of the score in the sample. */
  readonly index: number;
  /** Whether a third computation agrees with the verifier before it. */
  readonly agreesWithClaim?: boolean;
}

/** The state of a search's verification. */
export interface Verification {
  /** Scores of this search of which samples were taken, and those that were computed again. */
  readonly scores: number;
  readonly verified: number;
  /** The number of scores in samples that no other worker computed, and the reason for the last of them. */
  readonly notVerified: number;
  readonly why?: string;
  readonly disagreements: number;
  /** The first of them. */
  readonly examples: readonly Pick<Disagreement, 'score' | 'worker' | 'verifier' | 'difference'>[];
  /** Workers that a third one found wrong; workers that disagreed where no third one could decide. */
  readonly setAside: readonly string[];
  readonly suspected: readonly string[];
  /** Scores of workers that were set aside, taken back to be computed again. */
  readonly discarded: number;
  /** Workers with at least one score that was computed again. */
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
  /** Candidates that this search has scored just now. */
  readonly list: CandidateListRef;
  readonly share: number;
  /** Workers with a score that has been computed again already. */
  readonly seen: readonly string[];
  /** Workers whose scores are taken back, besides those that are set aside. */
  readonly distrusted: readonly string[];
}

/** Scores `from` up to, not including, `to` of a sample; all of one worker. */
export interface SampleRange {
  readonly worker: string;
  /** The family of the scores; az-nas where it is not said. */
  readonly family?: FamilyName;
  readonly from: number;
  readonly to: number;
}

export interface Sample {
  /** Keys of scores, sorted by worker. */
  readonly list: CandidateListRef;
  readonly ranges: readonly SampleRange[];
  /** Scores that the sample was taken from. */
  readonly scores: number;
  /** Scores of workers that are set aside, which are no longer in the store. */
  readonly discarded: number;
  /** Workers that are set aside or distrusted: what they say of others' scores does not count. */
  readonly barred: readonly string[];
  /** Workers that ask for this device's work; undefined where Temporal does not say. */
  readonly polling?: readonly string[];
}

export interface VerifyInput extends AddressedInput {
  readonly run: string;
  readonly list: CandidateListRef;
  readonly from: number;
  readonly to: number;
  /** The family of the scores; az-nas where it is not said. */
  readonly family?: FamilyName;
  /** Workers that must not do it: those whose numbers are in question. */
  readonly except: readonly string[];
  /** The scores of the second computation, for a third one. The rest of the range is left out. */
  readonly claims?: readonly Pick<Disagreement, 'index' | 'again'>[];
}

export interface VerifyResult {
  readonly by: string;
  /** `refused`: only workers that must not do it have asked for it. */
  readonly outcome: 'computed' | 'refused';
  readonly agreed: number;
  /** Scores that this worker could not compute, and why the last one could not. */
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
