// Runs a command line in this process and returns its error, because a process for each would cost most of a
// second of CPU.
import type { Command } from 'commander';
import { withFlagNames } from '../../cli/field-names.js';
import { createProgram } from '../../cli/program.js';
import { SpecError } from '../../core/errors.js';

/**
 * The error that cli/main.ts reports: a SpecError with the names of the command's options, or a
 * CommanderError; both end with exit code 2.
 */
export async function commandError(args: readonly string[]): Promise<Error> {
  const program = await createProgram({ typed: args[0] });
  silence(program);
  let running: Command | undefined;
  program.hook('preAction', (_, command) => {
    running = command;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    return error instanceof SpecError ? withFlagNames(error, running) : (error as Error);
  }
  throw new Error(`"zeroscout ${args.join(' ')}" was not refused`);
}

function silence(command: Command): void {
  command.configureOutput({ writeOut: () => {}, writeErr: () => {} });
  for (const child of command.commands) silence(child);
}
