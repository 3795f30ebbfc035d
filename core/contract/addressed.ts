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
  /** For each stage of the specification, the scope of az-nas. */
  readonly scopes: readonly string[];
  /** For each stage, the scopes of the other families that it wants, by name; absent where it wants none. */
  readonly families?: readonly FamilyScopes[];
}

export type FamilyScopes = Readonly<Record<string, string>>;

/** Where the scores of one stage are. */
export interface ScoreAddress {
  readonly engine: string;
  /** The scope of the family az-nas. */
  readonly scope: string;
  /** The scopes of the other families that the specification wants, by name. */
  readonly families?: FamilyScopes;
}

/** What every activity is told that reads or writes scores; a search that an earlier release began gives no address. */
export interface AddressedInput {
  readonly specification: Specification;
  readonly address?: ScoreAddress;
}
