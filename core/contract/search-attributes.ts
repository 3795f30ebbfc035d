// Names the search attributes by which Temporal's page finds searches, and their types. Safe to import in a workflow.

/** Name in Temporal, and type as `defineSearchAttributeKey` spells it. Progress is percent of what has to be scored. */
export const SEARCH_ATTRIBUTES = {
  ZeroscoutName: 'KEYWORD',
  ZeroscoutSpace: 'KEYWORD',
  ZeroscoutState: 'KEYWORD',
  ZeroscoutProgress: 'DOUBLE',
  ZeroscoutBestScore: 'DOUBLE',
} as const;
