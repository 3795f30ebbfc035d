// Reports the error that ends a command, and chooses the exit code.
import { type Command, CommanderError } from 'commander';
import { reasonOf } from '../client/status/failure.js';
import { BlobError, DeviceError, ServiceError, SpecError } from '../core/errors.js';
import { Interrupted } from './arguments.js';
import { EXIT } from './exit-codes.js';
import { adviceAsCommand, messageInCommands, withFlagNames } from './field-names.js';
import { describeError } from './render/describe-error.js';
import { note, paint, printJson } from './render/terminal.js';

/**
 * Prints the error and returns the exit code; with --json, stdout gets it as an object too. `running` is the
 * command that failed.
 */
export function reportError(thrown: unknown, running?: Command): number {
  const error = thrown instanceof SpecError ? withFlagNames(thrown, running) : thrown;
  const message = messageOf(error);
  if (process.argv.includes('--json')) printJson({ error: describeError(error, message) });
  // Commander has printed its message already.
  if (error instanceof CommanderError) return EXIT.wrongUse;
  if (error instanceof Interrupted) {
    note(message);
    return EXIT.interrupted;
  }
  note(paint.red(message));
  if (error instanceof SpecError) return EXIT.wrongUse;
  if (error instanceof BlobError) note(adviceAsCommand(error.advice).text);
  if (process.env.ZEROSCOUT_DEBUG && error instanceof Error) note(error.stack ?? '');
  return EXIT.failed;
}

/**
 * `WorkflowFailedError: Workflow execution failed` is uninformative, so its causes are added. Errors of this
 * project are complete.
 */
function messageOf(error: unknown): string {
  if (error instanceof ServiceError) return messageInCommands(error);
  if (error instanceof SpecError || error instanceof Interrupted || error instanceof CommanderError)
    return error.message;
  if (error instanceof DeviceError)
    return `${reasonOf(error)}; see zeroscout doctor --device ${error.device}`;
  return reasonOf(error);
}
