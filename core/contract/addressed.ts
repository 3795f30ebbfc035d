// Says where candidates and their scores are, in words that cross Temporal. Types only, safe to import in a workflow.
import type { Specification } from '../specification/specification.js';

/** A list of candidates in the blob store. */
export interface CandidateListRef {
  readonly digest: string;
  readonly count: number;
}

/** Where the scores of a search are. A control worker makes it once, and it travels with the search from then on. */
export interface ScoreAddresses {
  /** Version of the engine that computes the scores. */
  readonly engine: string;
  /** One scope for each stage of the specification. */
  readonly scopes: readonly string[];
}

/** Where the scores of one stage are. */
export interface ScoreAddress {
  readonly engine: string;
  readonly scope: string;
}

/** What every activity is told that reads or writes scores; a search that an earlier release began gives no address. */
export interface AddressedInput {
  readonly specification: Specification;
  readonly address?: ScoreAddress;
}
