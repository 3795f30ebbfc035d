// Converts errors if payloads are encrypted: messages and stack traces become a payload, which the codec then
// encrypts.
import { DefaultFailureConverter } from '@temporalio/common';

/** Temporal looks for this export, in the bundle of workflows and in the worker. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
