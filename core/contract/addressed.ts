// Defines how messages refer to lists of candidates and to their scores. This file holds types only, so
// workflows may import it.
import type { Specification } from '../specification/specification.js';

/** A reference to a list of candidates in the blob store. */
export interface CandidateListRef {
  readonly digest: string;
  readonly count: number;
}

/**
 * The addresses of a search's scores. A control worker computes them once, and the search carries them from
 * then on.
 */
export interface ScoreAddresses {
  /** The version of the engine that computes the scores. */
  readonly engine: string;
  /** The scope of az-nas for each stage of the specification. */
  readonly scopes: readonly string[];
  /** The scopes of the other families that each stage needs, by name; absent where it needs none. */
  readonly families?: readonly FamilyScopes[];
}

export type FamilyScopes = Readonly<Record<string, string>>;

/** The address of the scores of one stage. */
export interface ScoreAddress {
  readonly engine: string;
  /** The scope of the family az-nas. */
  readonly scope: string;
  /** The scopes of the other families that the specification needs, by name. */
  readonly families?: FamilyScopes;
}

/**
 * The fields of every activity's input that reads or writes scores. A search that an earlier release began
 * passes no address.
 */
export interface AddressedInput {
  readonly specification: Specification;
  readonly address?: ScoreAddress;
}
