// Tests that --help names every command, argument and option, each with a meaning, and that validate shows every default.

import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createProgram } from '../../cli/program.js';
import { type TestHome, testHome } from '../support/home.js';
import { ROOT, zeroscout } from '../support/zeroscout.js';

let home: TestHome;
beforeAll(() => {
  home = testHome();
});
afterAll(() => home.remove());

const program = await createProgram();
const childrenOf = ({ commands }: Command) => commands.filter((command) => command.name() !== 'help');

/** Every command, including groups, by the words after `zeroscout`. */
function commandsBelow(command: Command, path: readonly string[] = []): [string, Command][] {
  return [
    [path.join(' '), command],
    ...childrenOf(command).flatMap((child) => commandsBelow(child, [...path, child.name()])),
  ];
}
const all = commandsBelow(program);

test.each(childrenOf(program).map((command) => command.name()))(
  '%s alone is loaded when it is typed',
  async (typed) => {
    const { commands } = await createProgram({ typed });
    expect(commands.map((command) => command.name())).toContain(typed);
    expect(commands.length).toBeLessThan(childrenOf(program).length);
  },
);

test('zeroscout --version loads no command, and prints the version of the package', async () => {
  expect((await createProgram({ typed: '--version' })).commands).toEqual([]);
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { code, stdout } = await zeroscout(['--version'], { home });
  expect([code, stdout]).toEqual([0, `${version}\n`]);
});

test.concurrent.each(['score', 'inspect', 'space', 'validate', 'schema'])(
  '%s, which needs no server, loads no client of servers',
  async (command) => {
    const loaded = mkdtempSync(join(home.dir, 'loaded-'));
    const env = {
      NODE_OPTIONS: `--require ${join(ROOT, 'test/support/loaded-packages.cjs')}`,
      ZEROSCOUT_TEST_LOADED: loaded,
    };
    expect((await zeroscout([command, '--help'], { home, env })).code).toBe(0);
    const [file] = readdirSync(loaded);
    const packages = JSON.parse(readFileSync(join(loaded, file!), 'utf8')) as string[];
    expect(packages).toContain('commander');
    expect(packages.filter((name) => /^@(grpc|nats-io)\/|^@temporalio\/(client|proto)$/.test(name))).toEqual(
      [],
    );
  },
);

/** The output of the built command line; one process stands for each kind of command. */
test.concurrent.each(['', 'run', 'schedule', 'schedule create'])(
  'zeroscout %s --help goes to stdout with code 0',
  async (path) => {
    const words = path.split(' ').filter(Boolean);
    const { code, stdout, stderr } = await zeroscout([...words, '--help'], { home });
    expect([code, stderr]).toEqual([0, '']);
    const command = all.find(([name]) => name === path)![1];
    expect(stdout).toMatch(new RegExp(`^Usage: ${['zeroscout', ...words].join(' ')}`));
    for (const child of childrenOf(command)) expect(stdout).toMatch(new RegExp(`^  ${child.name()}\\b`, 'm'));
    for (const { long } of command.options) expect(stdout).toContain(long!);
  },
);

test.each(['space describe', 'space costs', 'latency measure', 'results', 'report', 'compare'])(
  '%s can be allowed to run the code of a space',
  (path) => {
    const [, command] = all.find(([name]) => name === path)!;
    expect(command.options.map(({ long }) => long)).toContain('--allow-modules');
  },
);

test('there are as many commands as the reference names', () => {
  expect(all.length).toBeGreaterThan(30);
});

describe.each(all)('zeroscout %s', (_, command) => {
  const help = command.helpInformation();

  test('says what it is for', () => {
    expect(command.description()).not.toBe('');
  });

  test('names what it takes, each with a meaning', () => {
    for (const argument of command.registeredArguments) {
      expect(help).toContain(argument.name());
      expect(argument.description).not.toBe('');
    }
    for (const option of command.options.filter(({ hidden }) => !hidden)) {
      expect(help).toContain(option.flags);
      expect(option.description).not.toBe('');
    }
    for (const child of childrenOf(command)) expect(help).toContain(child.name());
  });
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

test('validate says where candidates are scored in float64', async () => {
  home.write(
    'double.yaml',
    'name: double\nspace: nas-bench-201\nproxies: [zico]\nfidelity: { draws: 1, precision: float64 }\n',
  );
  const { code, stdout } = await zeroscout(['validate', 'double.yaml'], { home });
  expect(code).toBe(0);
  expect(stdout).toContain('  fidelity    1 draw x batch 8 x resolution 32, float64\n');
});

test.each(['space describe', 'space costs'])('%s names the sizes of every space that has sizes', (path) => {
  const size = all.find(([name]) => name === path)![1].options.find(({ long }) => long === '--size')!;
  expect(size.description).toMatch(
    /: tiny, small, base \(autoformer\); micro, macro \(transnas-bench-101\)$/,
  );
});
