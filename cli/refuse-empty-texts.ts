// Refuses empty texts where a command takes a file, a folder or a search. A shell passes one for a variable
// that is not set, which would be read as the working folder, or as no argument.
import type { Command } from 'commander';
import { SpecError } from '../core/errors.js';

/** What a placeholder of the help stands for. */
const PATHS = new Map([
  ['FILE', 'a file'],
  ['SPEC', 'a file'],
  ['DIR', 'a folder'],
]);
const ARGUMENTS = new Map([...PATHS, ['ID', 'the id of a search']]);

/** Checks the arguments and options of whichever command is run, before it does anything. */
export function refuseEmptyTexts(program: Command): void {
  program.hook('preAction', (_, command) => {
    const issues = findEmptyTexts(command);
    if (issues.length > 0) throw new SpecError(issues);
  });
}

function findEmptyTexts(command: Command): { readonly path: string; readonly message: string }[] {
  const values = [
    ...command.registeredArguments.map((argument, i) => ({
      path: argument.name(),
      right: ARGUMENTS.get(argument.name()),
      value: command.processedArgs[i] as unknown,
    })),
    ...command.options.map((option) => ({
      path: option.long ?? option.flags,
      right: PATHS.get(/<(\w+)/.exec(option.flags)?.[1] ?? ''),
      value: command.getOptionValue(option.attributeName()) as unknown,
    })),
  ];
  return values
    .filter(({ right, value }) => right !== undefined && [value].flat().some(isEmpty))
    .map(({ path, right }) => ({ path, message: `found no text; must be ${right}` }));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === '';
}
