// Tests that wrong input of every kind is refused with every field that is wrong, before anything starts, and that the process ends with code 2.
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Issue, SpecError } from '../../core/errors.js';
import { type TestHome, testHome } from '../support/home.js';
import { environment, specification, zeroscout } from '../support/zeroscout.js';
import { commandError } from './command-error.js';

const CELL = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';
const OTHER = '|skip_connect~0|+|none~0|none~1|+|none~0|none~1|none~2|';

const outside = process.env;
let home: TestHome;
beforeAll(() => {
  home = testHome();
  process.env = environment({ home });
  home.write('good.json', specification());
  home.write('good.csv', `arch,cifar10\n${CELL},90.5\n`);
});
afterAll(async () => {
  process.env = outside;
  await home.remove();
}, 60_000);

/** A field, a file with line, or both: `space.kind`, `bad.yaml:2`, `--truth: truth.csv:1`. */
function placeOf({ path, file, line }: Issue): string {
  const inFile = file && [basename(file), line].filter(Boolean).join(':');
  return [path, inFile].filter(Boolean).join(': ');
}

/** Returns the places at fault with their messages, and checks that the home was not created. */
async function refused(...args: string[]): Promise<{ places: string[]; messages: string[] }> {
  const error = await commandError(args);
  expect(error).toBeInstanceOf(SpecError);
  expect(existsSync(home.home.root)).toBe(false);
  const { issues } = error as SpecError;
  return { places: issues.map(placeOf), messages: issues.map(({ message }) => message) };
}

const changed = (changes: Record<string, unknown>) => specification({ changes });
const YAML = `name: a b
space: { kind: nas-bench-201, colour: red }
fidelity: { draws: 1.5, bach: 3 }
seed: .nan
aggregation: { kind: log-rnak, weights: { trainability: .inf } }
`;

/** One run reports every fault, so each file may have several. The message of each field quotes `found`. */
describe('a specification with', () => {
  test.each<[string, string, Readonly<Record<string, string>>]>([
    ['no name', changed({ name: undefined }), { name: 'missing' }],
    [
      'unknown kinds and keys, for each of which the nearest known one is named',
      changed({ space: { kind: 'nasbench201' }, strategy: { kind: 'randm', samples: 3 }, fidelty: 'screen' }),
      { 'space.kind': '"nas-bench-201"', 'strategy.kind': '"random"', fidelty: '"fidelity"' },
    ],
    [
      'wrong types',
      changed({ name: 7, space: [], fidelity: { batch: 'many' }, proxies: 7, seed: null }),
      { name: '7', space: 'list', 'fidelity.batch': '"many"', proxies: '7', seed: 'null' },
    ],
    [
      'negative, huge and fractional numbers, for each of which the bounds are named',
      changed({
        name: 'a/b',
        strategy: { kind: 'random', samples: 1.5 },
        fidelity: { draws: -1, batch: 1e300, resolution: 33 },
        seed: -1,
        execution: { shardSize: 0, window: 1e9 },
      }),
      {
        name: '1 to 64',
        'strategy.samples': '1 to 1000000000',
        'fidelity.draws': '1 to 64',
        'fidelity.batch': '1 to 1024',
        'fidelity.resolution': '4',
        seed: '0 to 4294967295',
        'execution.shardSize': '1 to 10000',
        'execution.window': '1 to 10000',
      },
    ],
    [
      'NaN, infinity, unknown keys inside, a name with a space',
      YAML,
      {
        name: '"a b"',
        'space.colour': '"colour"',
        'fidelity.draws': '1.5',
        'fidelity.bach': '"batch"',
        'aggregation.kind': '"log-rank"',
        'aggregation.weights.trainability': 'Infinity',
        seed: 'NaN',
      },
    ],
    ['a name with dots', changed({ name: '../a' }), { name: '"../a"' }],
    [
      'more samples than candidates',
      changed({ strategy: { kind: 'random', samples: 20_000 } }),
      { 'strategy.samples': '15625' },
    ],
    [
      'a list that is not there',
      changed({ strategy: { kind: 'list', file: 'no.txt' } }),
      { 'strategy.file: no.txt': 'no such file' },
    ],
  ])('%s', async (_what, text, wrong) => {
    const { places, messages } = await refused('run', home.write('bad.yaml', text));
    expect(places).toEqual(Object.keys(wrong));
    for (const [i, found] of Object.values(wrong).entries()) expect(messages[i]).toContain(found);
  });

  test.each([
    ['broken YAML', 'name: a\nspace: { kind: x', 'bad.yaml:2'],
    ['no text at all', '', 'bad.yaml'],
  ])('%s: the place in the file', async (_what, text, place) => {
    const { places } = await refused('run', home.write('bad.yaml', text));
    expect(places).toEqual([place]);
  });
});

describe('a candidate list', () => {
  test.each<[string, string, Readonly<Record<string, string>>]>([
    ['that is empty', '\n# nothing\n', { 'strategy.file: list.txt': 'one a line' }],
    [
      'with bad candidates',
      `${CELL}\n|none~0|+|nnoe~0|none~1|+|none~0|none~1|none~2|\nhello\n`,
      { 'strategy.file: list.txt:2': '"nnoe"', 'strategy.file: list.txt:3': '"hello"' },
    ],
  ])('%s', async (_what, text, wrong) => {
    home.write('list.txt', text);
    const file = home.write('list.json', changed({ strategy: { kind: 'list', file: 'list.txt' } }));
    for (const command of ['run', 'validate']) {
      const { places, messages } = await refused(command, file);
      expect(places).toEqual(Object.keys(wrong));
      for (const [i, found] of Object.values(wrong).entries()) expect(messages[i]).toContain(found);
    }
  });
});

describe('a truth file', () => {
  test.each<[string, string, string, string]>([
    ['without the column', 'cell,cifar10\nx,1\n', 'truth.csv:1', '"arch"'],
    ['without a dataset', `arch\n${CELL}\n`, 'truth.csv:1', 'dataset'],
    ['with unknown candidates', `arch,cifar10\n${CELL},90\nresnet,91\n`, 'truth.csv:3', '"resnet"'],
    ['with words for numbers', `arch,cifar10\n${OTHER},high\n`, 'truth.csv:2', '"high"'],
    ['with a number beyond all bounds', `arch,cifar10\n${OTHER},-1e308\n`, 'truth.csv:2', '1e100'],
    ['that is no CSV', '\0\0PNG', 'truth.csv', 'CSV'],
    ['that is prose', 'Dear reader,\n"quotes that never end\n', 'truth.csv:2', 'CSV'],
    ['that is empty', '', 'truth.csv', 'empty'],
  ])('%s', async (_what, text, place, found) => {
    const { places, messages } = await refused(
      'run',
      join(home.dir, 'good.json'),
      '--truth',
      home.write('truth.csv', text),
    );
    expect(places).toEqual([`--truth: ${place}`]);
    expect(messages[0]).toContain(found);
  });
});

describe('a command line', () => {
  const good = () => join(home.dir, 'good.json');

  test.each<[string, () => string[], string]>([
    ['with a file that is not there', () => ['run', 'no.yaml'], 'no.yaml'],
    ['with a truth that is not there', () => ['run', good(), '--truth', 'no.csv'], '--truth: no.csv'],
    ['with a path as id', () => ['run', good(), '--id', '../x'], '--id'],
    ['with an empty id', () => ['run', good(), '--id', ''], '--id'],
    ['with an output that is a file', () => ['run', good(), '--out', join(home.dir, 'good.csv')], '--out'],
    // A shell passes an empty text for a variable that is not set.
    ['with an empty output', () => ['run', good(), '--out', ''], '--out'],
    ['with an empty folder to export to', () => ['export', 'x', '--out', ''], '--out'],
    ['with an empty folder of results', () => ['results', 'x', '--out', ' '], '--out'],
    ['with an empty truth', () => ['run', good(), '--truth', ''], '--truth'],
    ['with an empty specification', () => ['validate', ''], 'SPEC'],
    ['with the status of no search', () => ['status', ''], 'ID'],
    ['with one empty network of two', () => ['score', 'x.onnx', ''], 'FILE'],
    ['with a path of a proxy without a slash', () => ['ui', '--prefix', 'zeroscout'], '--prefix'],
    [
      'with a certificate that is not there',
      () => ['ui', '--tls-cert', 'no.pem', '--tls-key', 'no.key'],
      '--tls-cert: no.pem',
    ],
  ])('%s', async (_what, args, place) => {
    expect((await refused(...args())).places).toEqual([place]);
  });

  test('with a folder', async () => {
    expect((await refused('run', home.dir)).places).toEqual([basename(home.dir)]);
  });

  test.each<[string, () => string[], string, string[]]>([
    ['without a file', () => ['run'], 'missingArgument', ['SPEC']],
    ['with an unknown option', () => ['run', good(), '--detatch'], 'unknownOption', ['--detach']],
    ['with an unknown command', () => ['rnu', good()], 'unknownCommand', ['run']],
    [
      'with half a worker',
      () => ['run', good(), '--workers', '1.5'],
      'invalidArgument',
      ['--workers', '1.5'],
    ],
    ['with -1 workers', () => ['run', good(), '--workers', '-1'], 'invalidArgument', ['--workers', '-1']],
    ['with an unknown role', () => ['worker', '--role', 'boss'], 'invalidArgument', ['--role', 'score']],
    ['with an unknown device', () => ['worker', '--device', 'tpu'], 'invalidArgument', ['--device', 'cpu']],
    [
      'with an endless timeout',
      () => ['worker', '--candidate-timeout', 'ever'],
      'invalidArgument',
      ['--candidate-timeout', '30s'],
    ],
    [
      'with a jitter without a unit',
      () => ['schedule', 'create', 'x', good(), '--cron', '@daily', '--jitter', '5'],
      'invalidArgument',
      ['--jitter', '30s, 5m, 2h'],
    ],
    [
      'with an unknown time zone',
      () => ['schedule', 'create', 'x', good(), '--cron', '@daily', '--timezone', 'Mars/Olympus'],
      'invalidArgument',
      ['--timezone', 'Europe/Berlin'],
    ],
    [
      'with a time in words',
      () => ['schedule', 'backfill', 'x', '--to', '2026-01-01', '--from', 'yesterday'],
      'invalidArgument',
      ['--from', 'such as 2026-11-20'],
    ],
    [
      'with the first of a ranking that is written whole',
      () => ['results', 'x', '--out', 'y', '--top', '5'],
      'conflictingOption',
      ['--out', '--top'],
    ],
    [
      'with the front of a ranking that is written whole',
      () => ['results', 'x', '--out', 'y', '--pareto', 'flops'],
      'conflictingOption',
      ['--out', '--pareto'],
    ],
    [
      'with an unknown proxy',
      () => ['score', 'x.onnx', '--proxies', 'foo'],
      'invalidArgument',
      ['--proxies', 'Found "foo"; known are expressivity, '],
    ],
    [
      'with a misspelt proxy',
      () => ['score', 'x.onnx', '--proxies', 'napwot'],
      'invalidArgument',
      ['Found "napwot"; did you mean "naswot"? Known are expressivity, '],
    ],
    [
      'with a name of two words',
      () => ['worker', '--name', 'my worker'],
      'invalidArgument',
      ['--name', 'my worker', '100'],
    ],
  ])('%s', async (_what, args, code, named) => {
    const error = await commandError(args());
    expect(error).toBeInstanceOf(CommanderError);
    const { exitCode, code: found, message } = error as CommanderError;
    expect([exitCode === 0, found]).toEqual([false, `commander.${code}`]);
    for (const word of named) expect(message).toContain(word);
    expect(existsSync(home.home.root)).toBe(false);
  });
});

/** Starts the process itself, once for each way in which wrong input is detected. */
test.each<[string, string[], NodeJS.ProcessEnv, string]>([
  ['a specification', ['run', 'wrong.json'], {}, 'strategy.samples: '],
  ['an argument that the library refuses', ['run', 'good.json', '--id', '../x'], {}, '--id: '],
  ['an argument that cannot be read', ['run', 'good.json', '--workers', '-1'], {}, '--workers'],
  ['an option of another role', ['worker', '--deployment', 'x'], {}, '--deployment: '],
  [
    'an option without another',
    ['worker', '--role', 'control', '--build', '2'],
    {},
    '--build: is a build of --deployment',
  ],
  ['an empty name', ['worker', '--role', 'control', '--deployment', ''], {}, '--deployment: found no text'],
  ['a setting', ['worker', '--role', 'control'], { ZEROSCOUT_VERIFY: '1 percent' }, 'ZEROSCOUT_VERIFY: '],
])('%s: exit code 2, the field on stderr, nothing on stdout', async (_what, args, env, field) => {
  home.write('wrong.json', changed({ strategy: { kind: 'random', samples: 20_000 } }));
  const { code, stdout, stderr } = await zeroscout(args, { home, env });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(field);
  expect(stderr).not.toMatch(/\n\s+at /);
});
