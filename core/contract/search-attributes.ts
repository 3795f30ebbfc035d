// Defines the search attributes by which Temporal's page finds searches. Workflows may import this file.

/**
 * The name in Temporal, and the type in the spelling of `defineSearchAttributeKey`. Progress is the
 * percentage of the candidates to be scored.
 */
export const SEARCH_ATTRIBUTES = {
  ZeroscoutName: 'KEYWORD',
  ZeroscoutSpace: 'KEYWORD',
  ZeroscoutState: 'KEYWORD',
  ZeroscoutProgress: 'DOUBLE',
  ZeroscoutBestScore: 'DOUBLE',
} as const;
