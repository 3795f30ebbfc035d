// Says how every activity is retried: soon at first, then every half minute, without end.

/** Names of the errors that end an activity at once, and with it the search unless the workflow has an answer. */
const FINAL = ['TerminalError', 'SpecError', 'BlobError', 'LostScoreError', 'EngineGoneError'];

export const retry = {
  initialInterval: '1s',
  maximumInterval: '30s',
  backoffCoefficient: 2,
  nonRetryableErrorTypes: FINAL,
} as const;
