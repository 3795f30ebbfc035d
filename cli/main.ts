#!/usr/bin/env node
// Runs the command that was typed; the exit code is 0 done, 1 failed, 2 wrong use, 130 interrupted.
import '../workers/quiet-grpc.js';
import { type Command, CommanderError } from 'commander';
import { faultWords } from '../client/files/fault-words.js';
import { reasonOf } from '../client/status/failure.js';
import { BlobError, DeviceError, ServiceError, SpecError } from '../core/errors.js';
import { Interrupted } from './arguments.js';
import { EXIT } from './exit-codes.js';
import { messageInCommands, withFlagNames } from './field-names.js';
import { createProgram } from './program.js';
import { note, paint } from './render/terminal.js';

const program = await createProgram({ typed: process.argv[2] });
/** The command that runs, for the names of its arguments in errors. */
let running: Command | undefined;
program.hook('preAction', (_, command) => {
  running = command;
});

// `zeroscout results ID | head` closes the pipe when it has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  note(paint.red(`standard output cannot be written: ${faultWords(error)}`));
  process.exit(EXIT.failed);
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
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Interrupted) {
    note(message);
    return EXIT.interrupted;
  }
  if (error instanceof SpecError) {
    note(paint.red(withFlagNames(error, running).message));
    return EXIT.wrongUse;
  }
  note(paint.red(withCauses(error)));
  if (error instanceof BlobError)
    note('`zeroscout run` of its specification makes it again, from the scores that are kept');
  if (process.env.ZEROSCOUT_DEBUG && error instanceof Error) note(error.stack ?? '');
  return EXIT.failed;
}

/** `WorkflowFailedError: Workflow execution failed` says little; its cause says what happened. Our own errors say it all. */
function withCauses(error: unknown): string {
  if (error instanceof ServiceError) return messageInCommands(error);
  if (error instanceof DeviceError)
    return `${reasonOf(error)}; see zeroscout doctor --device ${error.device}`;
  return reasonOf(error);
}
