// Tests that the command lines that messages show mean the same when they are copied into a shell.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { formatCommandLine } from '../../cli/command-line.js';

test('a shell reads back every word', () => {
  const words = [
    'run',
    'my spec.yaml',
    "it's",
    '$HOME',
    'a*b',
    '',
    '--out=o u t',
    '~',
    'größe',
    '"',
    '#x',
    'a\\b',
  ];
  const line = formatCommandLine(words).replace(/^zeroscout/, "printf '%s\\n'");
  expect(execFileSync('sh', ['-c', line], { encoding: 'utf8' }).split('\n').slice(0, -1)).toEqual(words);
});

test('plain words stay as they were typed', () => {
  const words = ['run', 'dir/spec.yaml', '--out', 'results_1', '--id', 'a-b', '--format=csv'];
  expect(formatCommandLine(words)).toBe(`zeroscout ${words.join(' ')}`);
});
