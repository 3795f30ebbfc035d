// In: --help, of all and of each kind of command. Out: exit code 0, a usage line and every option on stdout.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type TestHome, testHome } from '../support/home.js';
import { zeroscout } from '../support/zeroscout.js';

let home: TestHome;
beforeAll(() => {
  home = testHome();
});
afterAll(() => home.remove());

test.concurrent.each<[string, string[]]>([
  [
    '',
    [
      'run',
      'worker',
      'workers',
      'status',
      'watch',
      'pause',
      'resume',
      'cancel',
      'results',
      'validate',
      'services',
      'doctor',
    ],
  ],
  ['run', ['--out', '--truth', '--id', '--detach', '--workers', '--json']],
  ['worker', ['--role', '--device', '--concurrency']],
  ['results', ['--top', '--format', 'table', 'csv', 'json']],
  ['validate', ['<SPEC>']],
  ['pause', ['<ID>']],
  ['services', ['up', 'down', 'status']],
])('zeroscout %s --help', async (command, words) => {
  const { code, stdout, stderr } = await zeroscout([...command.split(' ').filter(Boolean), '--help'], {
    home,
  });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Usage: zeroscout/);
  for (const word of words) expect(stdout).toContain(word);
});

test('validate shows the specification with every default', async () => {
  home.write(
    's.yaml',
    'name: short\nspace: { kind: nas-bench-201 }\nstrategy: { kind: random, samples: 70 }\n',
  );
  const [text, json] = await Promise.all([
    zeroscout(['validate', 's.yaml'], { home }),
    zeroscout(['validate', 's.yaml', '--json'], { home }),
  ]);
  expect(text).toMatchObject({ code: 0, stdout: expect.stringContaining('s.yaml is valid') });
  const [, defaults] = text.stdout.split('with every default:\n');
  expect(parse(defaults!)).toEqual(JSON.parse(json.stdout).specification);
  expect(JSON.parse(json.stdout)).toMatchObject({
    valid: true,
    candidates: 70,
    specification: { seed: 1, execution: { device: 'cpu', shardSize: 64, window: 8 } },
  });
});
