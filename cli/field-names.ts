// Translates the fields that errors of the library name into the arguments and options of the command that was typed.
import type { Command } from 'commander';
import { ALLOW_MODULES } from '../client/specification/allow-modules.js';
import { SpecError } from '../core/errors.js';

/** How the library says that modules are allowed, and how the command line does. */
const BY_ENVIRONMENT = `allow modules (${ALLOW_MODULES}=1)`;
const BY_FLAG = `allow modules (--allow-modules, or ${ALLOW_MODULES}=1)`;

/** What the command line calls a field, the first of these that the command has: an argument such as ID, or an option. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  id: ['ID', '--id'],
  schedule: ['NAME'],
  earlier: ['RUN_A'],
  later: ['RUN_B'],
  worker: ['NAME'],
  kind: ['KIND'],
  cron: ['--cron'],
  from: ['--from'],
  folder: ['--out'],
  truth: ['--truth'],
  cost: ['--pareto'],
  format: ['--format'],
};

/** The same error with the fields of the library as this command calls them; fields of a specification stay as they are. */
export function withFlagNames(error: SpecError, command: Command | undefined): SpecError {
  if (!command) return error;
  const known = new Set([
    ...command.registeredArguments.map((argument) => argument.name()),
    ...command.options.map(({ long }) => long),
  ]);
  const nameOf = (field: string) => {
    const [first = '', ...rest] = field.split('.');
    const name = NAMES[first]?.find((one) => known.has(one));
    return name === undefined ? field : [name, ...rest].join('.');
  };
  const isAllowing = known.has('--allow-modules');
  const issues = error.issues.map(({ path, message, ...rest }) => ({
    ...rest,
    path: nameOf(path),
    message: isAllowing ? message.replace(BY_ENVIRONMENT, BY_FLAG) : message,
  }));
  return new SpecError(issues);
}
