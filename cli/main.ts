#!/usr/bin/env node
// Runs the command that was typed. The exit codes are those of exit-codes.ts.
import '../workers/quiet-grpc.js';
import { type Command, CommanderError } from 'commander';
import { describeFault } from '../client/files/describe-fault.js';
import { EXIT } from './exit-codes.js';
import { createProgram } from './program.js';
import { note, paint } from './render/terminal.js';
import { reportError } from './report-error.js';
import { unsetEmptySettings } from './unset-empty-settings.js';

unsetEmptySettings();
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
  // Help and version end with a CommanderError too.
  const isDone = error instanceof CommanderError && error.exitCode === 0;
  process.exitCode = isDone ? EXIT.done : reportError(error, running);
}
