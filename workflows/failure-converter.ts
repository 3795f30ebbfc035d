// Converts errors where payloads are encrypted: messages and stack traces become a payload, which the codec then encrypts.
import { DefaultFailureConverter } from '@temporalio/common';

/** Temporal looks for this name, in the bundle of workflows and in the worker. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
