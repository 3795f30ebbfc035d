#!/usr/bin/env node
// In: the command line. Out: a command's work and its exit code: 0 done, 1 failed, 2 wrong use, 130 interrupted.
import '../workers/quiet-grpc.js';
import { CommanderError } from 'commander';
import { faultWords } from '../client/files/fault-words.js';
import { reasonOf } from '../client/status/failure.js';
import { BlobError, ServiceError, SpecError } from '../core/errors.js';
import { Interrupted } from './arguments.js';
import { createProgram } from './program.js';
import { note, paint } from './render/terminal.js';

const program = createProgram();

// `zeroscout results ID | head` closes the pipe when it has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  note(paint.red(`standard output cannot be written: ${faultWords(error)}`));
  process.exit(1);
});
// Whoever reads our notes may leave before we are done; the work goes on without them.
process.stderr.on('error', () => {});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong and answers the exit code. */
function report(error: unknown): number {
  // Commander has printed what it had to say; its help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Interrupted) {
    note(message);
    return 130;
  }
  if (error instanceof SpecError) {
    note(paint.red(message));
    return 2;
  }
  note(paint.red(withCauses(error)));
  if (error instanceof BlobError)
    note('`zeroscout run` of its specification makes it again, from the scores that are kept');
  if (process.env.ZEROSCOUT_DEBUG && error instanceof Error) note(error.stack ?? '');
  return 1;
}

/** `WorkflowFailedError: Workflow execution failed` says little; its cause says what happened. Our own errors say it all. */
function withCauses(error: unknown): string {
  return error instanceof ServiceError ? error.message : reasonOf(error);
}
