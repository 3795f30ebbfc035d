#!/usr/bin/env node
// Runs the command that was typed. The exit code is 0 for done, 1 for failed, 2 for wrong use, 130 for
// interrupted.
import '../workers/quiet-grpc.js';
import { type Command, CommanderError } from 'commander';
import { describeFault } from '../client/files/describe-fault.js';
import { reasonOf } from '../client/status/failure.js';
import { BlobError, DeviceError, ServiceError, SpecError } from '../core/errors.js';
import { Interrupted } from './arguments.js';
import { EXIT } from './exit-codes.js';
import { adviceAsCommand, messageInCommands, withFlagNames } from './field-names.js';
import { createProgram } from './program.js';
import { describeError } from './render/describe-error.js';
import { note, paint, printJson } from './render/terminal.js';

const program = await createProgram({ typed: process.argv[2] });
/** The command that is running, for the names of its arguments in errors. */
let running: Command | undefined;
program.hook('preAction', (_, command) => {
  running = command;
});

// `zeroscout results ID | head` closes the pipe after the first lines.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  note(paint.red(`standard output cannot be written: ${describeFault(error)}`));
  process.exit(EXIT.failed);
});
// The reader of stderr may close it before the work is done; the work continues.
process.stderr.on('error', () => {});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Prints the error and returns the exit code; with --json, stdout gets it as an object too. */
function report(thrown: unknown): number {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.done; // help and version
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
