// Says where candidates and their scores are, in words that cross Temporal. Types only, safe to import in a workflow.
import type { Specification } from '../specification/specification.js';

/** A list of candidates in the blob store. */
export interface CandidateListRef {
  readonly digest: string;
  readonly count: number;
}

/** The address of a search's scores. A control worker makes it once, and the search carries it from then on. */
export interface ScoreAddresses {
  /** Version of the engine that computes the scores. */
  readonly engine: string;
  /** The scope of az-nas for each stage of the specification. */
  readonly scopes: readonly string[];
  /** The scopes of the other families that each stage wants, by name; absent where it wants none. */
  readonly families?: readonly FamilyScopes[];
}

export type FamilyScopes = Readonly<Record<string, string>>;

/** The address of the scores of one stage. */
export interface ScoreAddress {
  readonly engine: string;
  /** The scope of the family az-nas. */
  readonly scope: string;
  /** The scopes of the other families that the specification wants, by name. */
  readonly families?: FamilyScopes;
}

/** The fields of every activity's input that reads or writes scores. A search that an earlier release began gives no address. */
export interface AddressedInput {
  readonly specification: Specification;
  readonly address?: ScoreAddress;
}
