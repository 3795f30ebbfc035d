// Converts the error that ends a command into the object that `--json` prints.
import { CommanderError } from 'commander';
import { SearchFailedError } from '../../client/searches/search-failed-error.js';
import { endingOf } from '../../client/status/failure.js';
import {
  type Advice,
  BlobError,
  DeviceError,
  type ErrorCode,
  type Issue,
  ServiceError,
  type ServiceReason,
  SpecError,
} from '../../core/errors.js';
import { Interrupted } from '../arguments.js';
import { adviceAsCommand } from '../field-names.js';

export interface ErrorJson {
  /** `interrupted` by a signal; `failed` for any error without a code. */
  readonly code: ErrorCode | 'interrupted' | 'failed';
  readonly message: string;
  readonly field?: string;
  readonly issues?: readonly Issue[];
  readonly reason?: ServiceReason | string;
  readonly address?: string;
  readonly settings?: readonly string[];
  readonly device?: string;
  readonly advice?: Advice | string;
}

/** `message` is the text that people see. */
export function describeError(error: unknown, message: string): ErrorJson {
  if (error instanceof SpecError) {
    const { code, field, issues } = error;
    return { code, message, field, issues };
  }
  if (error instanceof ServiceError) {
    const { code, field, reason, address, settings, advice } = error;
    const shown = advice && adviceAsCommand(advice);
    return { code, message, field, reason, address, settings, ...(shown && { advice: shown }) };
  }
  if (error instanceof SearchFailedError) {
    const { code, field, reason, advice } = error;
    return { code, message, field, reason, advice };
  }
  // The search that a command follows ends with this error of Temporal.
  if (error instanceof Error && error.name === 'WorkflowFailedError') {
    const { reason, advice } = endingOf(error);
    return { code: 'search-failed', message, field: 'id', reason, advice };
  }
  if (error instanceof DeviceError) {
    const { code, field, device } = error;
    return { code, message, field, device };
  }
  if (error instanceof BlobError) {
    const { code, field, advice } = error;
    return { code, message, field, advice: adviceAsCommand(advice) };
  }
  if (error instanceof CommanderError)
    return { code: 'invalid-input', message: message.replace(/^error: /, '') };
  return { code: error instanceof Interrupted ? 'interrupted' : 'failed', message };
}
