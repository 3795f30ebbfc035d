// Defines how activities are retried: soon at first, then every half minute, without a limit.

/**
 * Names of the errors that end an activity immediately, and with it the search unless the workflow handles
 * them.
 */
const FINAL = ['TerminalError', 'SpecError', 'BlobError', 'LostScoreError', 'EngineGoneError'];

export const retry = {
  initialInterval: '1s',
  maximumInterval: '30s',
  backoffCoefficient: 2,
  nonRetryableErrorTypes: FINAL,
} as const;
