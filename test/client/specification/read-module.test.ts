// Tests that modules become spaces that any process can open from a specification, or errors before anything
// starts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModule } from '../../../client/specification/read-module.js';
import { readSpecification } from '../../../client/specification/read-specification.js';
import { scoreScope } from '../../../core/address.js';
import { modelLayers, trainableParameters } from '../../../core/export/layers.js';
import { describeSpace } from '../../../core/spaces/describe.js';
import { openSpace } from '../../../core/spaces/index.js';
import { moduleDigest } from '../../../core/spaces/module/definition.js';
import { checkSpecification } from '../../../core/specification/specification.js';
import { createCpuScorer } from '../../../engine/cpu-scorer.js';
import { type TestHome, testHome } from '../../support/home.js';
import { ROOT } from '../../support/zeroscout.js';

const BRANCHES = readFileSync(join(ROOT, 'examples/spaces/branches.ts'), 'utf8');
/** The same module without types and comments, on other lines. */
const JAVASCRIPT = [
  [': Record<string, number[]>', ''],
  [', type SpaceModule', ''],
  ['(name: string, kernels: number[], from: number, to: number)', '(name, kernels, from, to)'],
  [' satisfies SpaceModule', ''],
  ['candidate[i]!]!', 'candidate[i]]'],
].reduce(
  (text, [typed, plain]) => {
    expect(text).toContain(typed);
    return text.replace(typed!, plain!);
  },
  BRANCHES.replace(/^\/[/*].*\n/gm, '\n'),
);
let home: TestHome;
let modules: 'allowed' | 'refused' = 'refused';
const read = (text: string, name = 'my.ts') => {
  home.write(name, text);
  return readModule({ path: join(home.dir, name), name, modules });
};

beforeAll(() => {
  home = testHome();
});
afterAll(async () => {
  await home.remove();
});

it('is refused where nobody has allowed modules, from a file and from a specification', async () => {
  const issues = [{ file: 'my.ts', advice: { code: 'allow-modules' } }];
  await expect(read(BRANCHES)).rejects.toMatchObject({ code: 'invalid-input', issues });
  const code = 'exports.default = {};';
  const space = { kind: 'module', code, digest: moduleDigest(code), resolution: 32, proxies: [] } as const;
  expect(() => openSpace(space)).toThrow(
    expect.objectContaining({
      issues: [
        expect.objectContaining({
          path: 'space',
          advice: expect.objectContaining({ code: 'allow-modules' }),
        }),
      ],
    }),
  );
});

describe('allowed', () => {
  beforeAll(() => {
    modules = 'allowed';
  });

  it('the example: described, costs those of its whole model, scored', async () => {
    const space = await read(BRANCHES);
    const opened = openSpace(space);
    expect(describeSpace({ space: opened, resolution: 32 })).toMatchObject({
      kind: 'module',
      candidates: 46_656n,
      layers: { min: 6, max: 6 },
    });
    for (const candidate of ['abcdef', 'ffffff']) {
      const { parameters } = opened.costs({ candidate, resolution: 32 });
      const layers = modelLayers({ network: opened.network({ candidate, resolution: 32 }), resolution: 32 });
      expect(trainableParameters(layers)).toBe(parameters);
    }
    expect(() => opened.parse('abcdeg')).toThrow('candidate "abcdeg": must be six letters from a to f');
    const scorer = await createCpuScorer({ threads: 1 });
    const fidelity = { batch: 2, resolution: 16, weights: 'shared', features: 'blocks' } as const;
    const [one] = await scorer.score({ space, candidate: 'abcdef', seed: 1, fidelity, draws: [0] });
    expect(Object.values(one!).every(Number.isFinite)).toBe(true);
    expect(Object.keys(one!)).toEqual(['expressivity', 'progressivity', 'trainability', 'complexity']);
    await scorer.close();
  });

  it('types, comments and spaces are no part of it, everything else is: of the digest and of every address', async () => {
    const [one, same, other] = [
      await read(BRANCHES),
      await read(JAVASCRIPT, 'my.js'),
      await read(BRANCHES.replace('[1, 3, 5] }', '[1, 3, 7] }')),
    ];
    expect(same).toEqual(one);
    expect(other.digest).not.toBe(one.digest);
    const scope = (space: unknown) =>
      scoreScope(
        checkSpecification({
          value: { name: 'a', space, strategy: { kind: 'random', samples: 1 } },
          source: 's',
        }),
      );
    expect(scope(same)).toBe(scope(one));
    expect(scope(other)).not.toBe(scope(one));
    expect(() => openSpace({ ...other, digest: moduleDigest('else') })).toThrow(
      expect.objectContaining({ code: 'invalid-input', field: 'space.code' }),
    );
  });

  it('JavaScript too, and a specification beside it; only what the module says of proxies is in the default', async () => {
    home.write('my.mjs', JAVASCRIPT.replace('step: 4', 'step: 4, proxies: ["trainability", "expressivity"]'));
    home.write(
      'spec.yaml',
      'name: a\nspace: { kind: module, file: my.mjs }\nstrategy: { kind: random, samples: 3 }\n',
    );
    const { specification } = await readSpecification(join(home.dir, 'spec.yaml'), { modules });
    expect(specification.space).toMatchObject({ kind: 'module', resolution: 32 });
    expect(specification.proxies).toEqual(['trainability', 'residual', 'mean-expressivity', 'parameters']);
    expect(specification.fidelity.resolution).toBe(32);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['a syntax error', () => 'export default {', /^my.ts: cannot be compiled: /],
    [
      'a syntax error in the midst',
      (text) => text.replace('return b.build();', 'return b.build(;'),
      /^my.ts: cannot be compiled: Expression expected, in line 18$/,
    ],
    [
      'another import',
      (text) => `import { readFileSync } from 'node:fs';\nconsole.log(readFileSync);\n${text}`,
      /^my.ts: a module imports "node:fs"; it may import zeroscout\/space alone/,
    ],
    ['no export', () => 'const a = 1;', /^my.ts: default export: missing; must be an object/],
    [
      'no network',
      (text) => text.replace('network:', 'netwrok:'),
      /^my.ts: network: missing; must be a function/,
    ],
    [
      'chance',
      (text) => text.replace('random.pick(LETTERS)', 'LETTERS[Math.floor(6 * Math.random())]!'),
      /^my.ts: random: Math.random differs between processes/,
    ],
    [
      'a bad child',
      (text) => text.replace('const at =', "if (1) return 'zzz';\n const at ="),
      /^my.ts: candidate "zzz": must be six letters/,
    ],
    [
      'channels that do not fit',
      (text) => text.replace('WIDTHS[i - 1] ?? 16', '16'),
      /^my.ts: network of "\w{6}": block3: conv conv\d reads 32 channels, its weight has 16/,
    ],
    [
      'an operation that there is not',
      (text) => text.replace("b.add('relu', [0])", "b.add('rellu' as 'relu', [0])"),
      /^my.ts: network of "\w{6}": block0: unknown "rellu"; did you mean "relu"\? Known: conv, /,
    ],
    [
      'a value that there is not',
      (text) => text.replace("b.add('relu', [0])", "b.add('relu', [7])"),
      /^my.ts: network of "\w{6}": block0: relu reads value 7; must be one that was added before, or 0, the input/,
    ],
    [
      'a weight of another kernel',
      (text) => text.replace('kernel, kernel]', 'kernel, kernel + 1]'),
      /^my.ts: network of "\w{6}": stem: conv conv3 has kernel 3, its weight 3 x 4$/,
    ],
    [
      'a weight without a kernel',
      (text) => text.replace(', kernel, kernel]', ']'),
      /^my.ts: network of "\w{6}": stem: conv conv3 has a weight of shape \[\d+,\d+\]; must have 4 sizes, the last two 3$/,
    ],
    [
      'an operation that reads nothing',
      (text) => text.replace("b.add('relu', [0])", "b.add('relu', [])"),
      /^my.ts: network of "\w{6}": block0: relu reads no value; name at least one$/,
    ],
    [
      'children that are their parents',
      (text) => text.replace('const at =', 'return parent;\n const at ='),
      /^my.ts: mutate gave 25 candidates unchanged; must change one choice$/,
    ],
    [
      'a choice of nothing',
      (text) => text.replace('random.pick(LETTERS)', 'random.pick(LETTERS.slice(6))'),
      /^my.ts: random: random.pick: found an empty list; must be a list of one item or more$/,
    ],
    [
      'a number below 0',
      (text) => text.replace('random.below(WIDTHS.length)', 'random.below(0)'),
      /^my.ts: mutate\("\w{6}"\): random.below: found 0; must be a whole number from 1$/,
    ],
    [
      'chance between calls of random',
      (text) =>
        text.replace(
          'random: (random) =>',
          "random: () => 'abcde' + LETTERS[calls++ % 6], other: (random) =>",
        ),
      /^my.ts: random gave two candidates for one key; must depend on its argument alone$/,
    ],
    [
      'chance between calls of mutate',
      (text) => text.replace('const at =', 'return parent.slice(0, 5) + LETTERS[calls++ % 6];\n const at ='),
      /^my.ts: mutate gave two children of "\w{6}" for one key; must depend on its arguments alone$/,
    ],
    [
      'chance between calls of network',
      (text) => text.replace("identities: 'worst'", "identities: calls++ % 2 ? 'worst' : 'skipped'"),
      /^my.ts: network gave two networks for "\w{6}"; must depend on its arguments alone$/,
    ],
    [
      'no network of a candidate',
      (text) =>
        text.replace('network: (candidate) => ({', 'network: () => undefined, other: (candidate) => ({'),
      /^my.ts: network of "\w{6}": missing; must be \{ stem, blocks, identities \}$/,
    ],
    [
      'a promise of a network',
      (text) => text.replace('network: (candidate) =>', 'network: async (candidate) =>'),
      /^my.ts: network of "\w{6}": found a promise; must be/,
    ],
    [
      'a block that was not built',
      (text) => text.replace('return b.build();', 'return b;'),
      /^my.ts: network of "\w{6}": stem: found an object of class BlockBuilder; must be what build\(\) of a BlockBuilder/,
    ],
    [
      'identities that are none',
      (text) => text.replace("identities: 'worst'", "identities: 'best'"),
      /^my.ts: network of "\w{6}": identities: found the text "best"; must be 'worst' or 'skipped'$/,
    ],
    [
      'ends of stages that are no blocks',
      (text) => text.replace("identities: 'worst'", "identities: 'worst', stageEnds: [2, 6]"),
      /^my.ts: network of "\w{6}": stageEnds: found a list; must be rising numbers of blocks, from 0 to 5$/,
    ],
    [
      'a kernel with no middle',
      (text) => text.replace('{ a: [1]', '{ a: [2]'),
      /^my.ts: network of "\w{6}": block\d: conv: kernel: found 2; must be odd$/,
    ],
    [
      'no stride',
      (text) => text.replace('{ kernel, stride }', '{ kernel }'),
      /^my.ts: network of "\w{6}": stem: conv: stride: missing; must be a whole number from 1$/,
    ],
    [
      'a setting that there is not',
      (text) => text.replace('{ kernel, stride }', '{ kernel, stride, dilation: 2 }'),
      /^my.ts: network of "\w{6}": stem: conv: unknown key "dilation"/,
    ],
    [
      'a weight without a name',
      (text) => text.replace(/name: `[^`]*`, /, ''),
      /^my.ts: network of "\w{6}": stem: weight conv3: name: missing; must be a text$/,
    ],
    [
      'two weights in one slot',
      (text) => text.replace(/slot: `[^`]*`/, "slot: 'conv'"),
      /^my.ts: network of "\w{6}": slot "conv" of block\d has the weight "block\d.\d" already; name another slot$/,
    ],
    [
      'no costs where the module has a function for them',
      (text) => text.replace('step: 4', 'step: 4, costs: () => undefined'),
      /^my.ts: costs of "\w{6}": missing; must be \{ flops, parameters \}$/,
    ],
    [
      'a proxy that is not of AZ-NAS',
      (text) => text.replace('step: 4', "step: 4, proxies: ['expresivity']"),
      /^my.ts: proxies: unknown "expresivity"; did you mean "expressivity"\?/,
    ],
    [
      'a size that is none',
      (text) => text.replace('step: 4', 'step: 0'),
      /^my.ts: step: found 0; must be a whole number from 1 to 512/,
    ],
    [
      'more than travels',
      (text) => `${text}\nexport const more = '${'x'.repeat(70_000)}';`,
      /^my.ts: .*at most 65536 characters/,
    ],
  ])('%s is refused', async (_, change, message) => {
    // What a module keeps between calls is never the same in two processes.
    await expect(read(`${change(BRANCHES)}\nlet calls = 0;`)).rejects.toThrow(message);
  });
});
