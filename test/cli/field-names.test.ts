// Tests that errors of the library name the arguments and options of the command that was typed.
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { messageInCommands, withFlagNames } from '../../cli/field-names.js';
import { describeError } from '../../cli/render/describe-error.js';
import { type Advice, ServiceError, SpecError } from '../../core/errors.js';

const error = (path: string) => SpecError.of({ path, message: 'found x' });
const run = new Command('run').argument('<SPEC>').option('--id <ID>').option('--out <DIR>');
const results = new Command('results').argument('<ID>').option('--pareto <COST>');

const calibrate = new Command('calibrate').option('--labels <N>').option('--dataset <NAME>');
const describe = new Command('describe').option('--size <SIZE>').option('--resolution <PIXELS>');

test.each([
  [run, 'id', '--id'],
  [results, 'id', 'ID'],
  [run, 'folder', '--out'],
  [results, 'cost', '--pareto'],
  [run, 'space.kind', 'space.kind'],
  [run, 'strategy.file', 'strategy.file'],
  [new Command('suggest').argument('<ID>').option('--known <FILE>'), 'known', '--known'],
  [calibrate, 'labels', '--labels'],
  [calibrate, 'dataset', '--dataset'],
  [describe, 'size', '--size'],
  [describe, 'resolution', '--resolution'],
  [run, 'labels', 'labels'],
  // Fields of a specification that every object has.
  [run, '__proto__', '__proto__'],
  [run, 'constructor.a', 'constructor.a'],
  [new Command('describe').argument('<KIND>'), 'kind.size', 'KIND.size'],
])('case %#', (command, field, name) => {
  expect(withFlagNames(error(field), command).field).toBe(name);
});

test('the file of an argument is named without the argument, one that a field names with it', () => {
  const shown = (path: string) =>
    withFlagNames(SpecError.of({ path, file: 'a.yaml', line: 3, column: 5, message: 'found x' }), run)
      .message;
  expect(shown('specification')).toBe('a.yaml:3:5: found x');
  expect(shown('space.file')).toBe('space.file: a.yaml:3:5: found x');
});

test('advice of the library becomes a command, or an option that the command has', () => {
  const advised = (advice: Advice, command: Command) =>
    withFlagNames(SpecError.of({ path: 'x', message: 'y', advice }), command).message;
  const latency = { code: 'measure-latencies', text: 'latencies.measure("a")', about: 'a' } as const;
  expect(advised(latency, results)).toContain('`zeroscout latency measure a`');
  const modules = { code: 'allow-modules', text: "connect with modules: 'allowed'" } as const;
  expect(advised(modules, results)).not.toContain('--allow-modules');
  const allowing = new Command('run').option('--allow-modules');
  expect(advised(modules, allowing)).toContain('--allow-modules');
  const damaged = { code: 'repair-store', text: 'The store has to be repaired.' } as const;
  const lost = new ServiceError({
    reason: 'damaged-data',
    address: 'a',
    fault: 'All places are damaged.',
    advice: damaged,
  });
  expect(messageInCommands(lost)).toContain('`zeroscout store check --repair`');
  const advice = { code: 'start-servers', text: 'embeddedServers.start()', about: 'NATS_URL' } as const;
  const away = new ServiceError({
    reason: 'not-running',
    address: 'a',
    fault: 'NATS is away.',
    advice,
  });
  expect(messageInCommands(away)).toBe('NATS is away. Run `zeroscout services up`, or set NATS_URL.');
  expect(describeError(away, messageInCommands(away))).toMatchObject({
    code: 'server-away',
    reason: 'not-running',
    advice: { code: 'start-servers', text: 'Run `zeroscout services up`, or set NATS_URL.' },
  });
});
