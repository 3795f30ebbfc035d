// Tests that errors of the library name the arguments and options of the command that was typed.
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { withFlagNames } from '../../cli/field-names.js';
import { SpecError } from '../../core/errors.js';

const error = (path: string) => SpecError.of({ path, message: 'found x' });
const run = new Command('run').argument('<SPEC>').option('--id <ID>').option('--out <DIR>');
const results = new Command('results').argument('<ID>').option('--pareto <COST>');

test.each([
  [run, 'id', '--id'],
  [results, 'id', 'ID'],
  [run, 'folder', '--out'],
  [results, 'cost', '--pareto'],
  [run, 'space.kind', 'space.kind'],
  [run, 'strategy.file', 'strategy.file'],
  [new Command('describe').argument('<KIND>'), 'kind.size', 'KIND.size'],
])('case %#', (command, field, name) => {
  expect(withFlagNames(error(field), command).field).toBe(name);
});
