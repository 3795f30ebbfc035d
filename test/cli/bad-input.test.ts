// Tests that wrong input of every kind ends with exit code 2 and a message that names the place and the way out, before anything starts.
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestHome, testHome } from '../support/home.js';
import { specification, zeroscout } from '../support/zeroscout.js';

const CELL = '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|';
const OTHER = '|skip_connect~0|+|none~0|none~1|+|none~0|none~1|none~2|';

let home: TestHome;
beforeAll(() => {
  home = testHome();
  home.write('good.json', specification());
  home.write('good.csv', `arch,cifar10\n${CELL},90.5\n`);
});
afterAll(() => home.remove(), 60_000);

/** Runs, expects code 2 and that the home was not even made. */
async function refused({ args, messages }: Case): Promise<void> {
  const outcome = await zeroscout(args, { home });
  for (const message of messages) expect(outcome.stderr).toMatch(message);
  expect([outcome.code, outcome.stdout]).toEqual([2, '']);
  expect(outcome.stderr).not.toMatch(/\n\s+at /);
  expect(existsSync(home.home.root)).toBe(false);
}
interface Case {
  readonly args: readonly string[];
  readonly messages: readonly (string | RegExp)[];
}

const changed = (changes: Record<string, unknown>) => specification({ changes });
const whole = (from: number, to: number) => `must be a whole number from ${from} to ${to}`;
const YAML = `name: a b
space: { kind: nas-bench-201, colour: red }
fidelity: { draws: 1.5, bach: 3 }
seed: .nan
aggregation: { kind: log-rnak, weights: { trainability: .inf } }
`;

/** Every fault is said in one go, so each file may have several. */
describe('a specification with', () => {
  test.concurrent.each<[string, string, string[]]>([
    ['broken YAML', 'name: a\nspace: { kind: x', ['bad.yaml:2:']],
    ['no text at all', '', ['bad.yaml: empty']],
    ['no name', changed({ name: undefined }), ['name: ']],
    [
      'unknown kinds and keys',
      changed({ space: { kind: 'nasbench201' }, strategy: { kind: 'randm', samples: 3 }, fidelty: 'screen' }),
      [
        'space.kind: unknown "nasbench201"; did you mean "nas-bench-201"?',
        'strategy.kind: unknown "randm"; did you mean "random"?',
        'fidelty: unknown',
        'did you mean "fidelity"',
      ],
    ],
    [
      'wrong types',
      changed({ name: 7, space: [], fidelity: { batch: 'many' }, proxies: 7, seed: null }),
      [
        'name: found 7; must be',
        'space: found an empty list; must be a kind, such as nas-bench-201, or a mapping with a kind',
        'fidelity.batch: found the text "many"; must be',
        'proxies: found 7; must be a list',
        'seed: found ',
      ],
    ],
    [
      'negative, huge and fractional numbers',
      changed({
        name: 'a/b',
        strategy: { kind: 'random', samples: 1.5 },
        fidelity: { draws: -1, batch: 1e300, resolution: 33 },
        seed: -1,
        execution: { shardSize: 0, window: 1e9 },
      }),
      [
        'name: found the text "a/b"; must be 1 to 64 letters',
        'strategy.samples: found 1.5; must be a whole number',
        `fidelity.draws: found -1; ${whole(1, 64)}`,
        `fidelity.batch: found 1e+300; ${whole(1, 1024)}`,
        'fidelity.resolution: found 33; must be a multiple of 4',
        'seed: found -1; must be',
        'execution.shardSize: found 0; must be',
        'execution.window: found 1000000000; must be',
      ],
    ],
    [
      'NaN, infinity, unknown keys inside, a name with a space',
      YAML,
      [
        'name: found the text "a b"; must be',
        'space.colour: unknown',
        'fidelity.draws: found 1.5; must be',
        'did you mean "batch"?',
        'seed: found NaN; must be',
        'aggregation.kind: unknown "log-rnak"; did you mean "log-rank"?',
        'aggregation.weights.trainability: found Infinity; must be',
      ],
    ],
    ['a name with dots', changed({ name: '../a' }), ['name: found the text "../a"; must be']],
    [
      'more samples than candidates',
      changed({ strategy: { kind: 'random', samples: 20_000 } }),
      ['strategy.samples: found 20000; nas-bench-201 has 15625 candidates'],
    ],
    [
      'a list that is not there',
      changed({ strategy: { kind: 'list', file: 'no.txt' } }),
      ['strategy.file: no.txt: no such file'],
    ],
  ])('%s', async (what, text, messages) => {
    const file = `${what.replaceAll(' ', '-')}/bad.yaml`;
    home.write(file, text);
    await refused({ args: ['run', file], messages });
  });
});

describe('a candidate list', () => {
  test.concurrent.each<[string, string, RegExp]>([
    ['that is empty', '\n# nothing\n', /list\.txt: no candidates; must have one a line/],
    [
      'with bad candidates',
      `${CELL}\n|none~0|+|nnoe~0|none~1|+|none~0|none~1|none~2|\nhello\n`,
      /list\.txt:2: .*nnoe[\s\S]*list\.txt:3: .*hello/,
    ],
  ])('%s', async (what, text, message) => {
    const folder = what.replaceAll(' ', '-');
    home.write(`${folder}/list.txt`, text);
    home.write(`${folder}/s.json`, changed({ strategy: { kind: 'list', file: 'list.txt' } }));
    await refused({ args: ['run', `${folder}/s.json`], messages: [message] });
    await refused({ args: ['validate', `${folder}/s.json`], messages: [message] });
  });
});

describe('a truth file', () => {
  test.concurrent.each<[string, string, RegExp]>([
    ['without the column', 'cell,cifar10\nx,1\n', /truth\.csv:1: no column "arch"; found "cell", "cifar10"/],
    ['without a dataset', `arch\n${CELL}\n`, /truth\.csv:1: no dataset column/],
    ['with unknown candidates', `arch,cifar10\n${CELL},90\nresnet,91\n`, /truth\.csv:3: .*resnet/],
    [
      'with words for numbers',
      `arch,cifar10\n${OTHER},high\n`,
      /truth\.csv:2: cifar10: found "high"; must be a number/,
    ],
    ['that is no CSV', '\0\0PNG', /truth\.csv: not a CSV/],
    ['that is prose', 'Dear reader,\n"quotes that never end\n', /truth\.csv/],
    ['that is empty', '', /truth\.csv/],
  ])('%s', async (what, text, message) => {
    const file = `${what.replaceAll(' ', '-')}/truth.csv`;
    home.write(file, text);
    await refused({ args: ['run', 'good.json', '--truth', file], messages: [message] });
  });
});

describe('a command line', () => {
  test.concurrent.each<[string, string[], RegExp]>([
    ['without a file', ['run'], /missing required argument 'SPEC'/],
    ['with a file that is not there', ['run', 'no.yaml'], /no\.yaml: no such file/],
    ['with a folder', ['run', '.'], /is a folder; must be a file/],
    ['with a truth that is not there', ['run', 'good.json', '--truth', 'no.csv'], /no\.csv: no such file/],
    [
      'with an unknown option',
      ['run', 'good.json', '--detatch'],
      /unknown option '--detatch'[\s\S]*--detach/,
    ],
    ['with an unknown command', ['rnu', 'good.json'], /unknown command 'rnu'[\s\S]*run/],
    [
      'with half a worker',
      ['run', 'good.json', '--workers', '1.5'],
      /--workers[\s\S]*"1\.5"; must be a whole number/,
    ],
    [
      'with fewer than no workers',
      ['run', 'good.json', '--workers', '-1'],
      /--workers[\s\S]*"-1"; must be a whole number/,
    ],
    ['with a path as id', ['run', 'good.json', '--id', '../x'], /--id: found "\.\.\/x"; must be/],
    ['with an empty id', ['run', 'good.json', '--id', ''], /--id: found ""; must be/],
    [
      'with an output that is a file',
      ['run', 'good.json', '--out', 'good.csv'],
      /--out: good\.csv cannot be made/,
    ],
    ['with an unknown role', ['worker', '--role', 'boss'], /--role[\s\S]*control, score/],
    ['with an unknown device', ['worker', '--device', 'tpu'], /--device[\s\S]*cpu/],
    ['of the fleet with a version', ['worker', '--deployment', 'x'], /--deployment: control workers alone/],
    ['with an endless timeout', ['worker', '--candidate-timeout', 'ever'], /--candidate-timeout[\s\S]*30s/],
    [
      'with a name of two words',
      ['worker', '--name', 'my worker'],
      /--name[\s\S]*"my worker"; must be 1 to 100/,
    ],
  ])('%s', async (_what, args, message) => {
    await refused({ args, messages: [message] });
  });
});

test('a fleet that verifies a share that is none', async () => {
  const outcome = await zeroscout(['worker', '--role', 'control'], {
    home,
    env: { ZEROSCOUT_VERIFY: '1 percent' },
  });
  expect(outcome.stderr).toMatch(/ZEROSCOUT_VERIFY: found the text "1 percent"; must be a share such as 1%/);
  expect(outcome.code).toBe(2);
});
