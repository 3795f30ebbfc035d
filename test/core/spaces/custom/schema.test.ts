// Tests definitions of custom spaces: defaults, one form for equal definitions, and messages that name the stage.
import { describe, expect, it } from 'vitest';
import { checkDefinition } from '../../../../core/spaces/custom/schema.js';
import { parseSpecification } from '../../../../core/specification/specification.js';

const CELL = '|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|';
const check = (stages: unknown, rest: object = {}) =>
  checkDefinition({ value: { input: { resolution: 32 }, classes: 10, stages, ...rest }, source: 'a.yaml' });
const complaint = (stages: unknown, rest?: object) => {
  try {
    check(stages, rest);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};
const token = { block: 'transformer', width: 16, heads: 1 };
const good = { block: 'basic', width: 16 };
/** Choices of a stage that have nothing to do with its channels, 393,216 options in all. */
const MANY = {
  depth: Array.from({ length: 64 }, (_, i) => i + 1),
  kernel: [1, 3, 5, 7],
  dilation: Array.from({ length: 16 }, (_, i) => i + 1),
  squeeze: [0, 1, 2, 3, 4, 5, 6, 7],
  stride: [1, 2, 4],
  activation: ['relu', 'relu6', 'silu', 'gelu'],
};

describe('a definition', () => {
  it('is filled in, sorted, and goes through the check again as it is', () => {
    const definition = check([
      { block: 'basic', width: [32, 16] },
      { block: ['inverted', 'conv'], width: 24, depth: [3, 1], expansion: [4, 2], stride: 2 },
      { block: 'reduction', width: [8] },
      { block: 'cell', width: 8, cell: ` ${CELL}` },
    ]);
    expect(definition).toEqual({
      input: { channels: 3, resolution: 32 },
      classes: 10,
      stem: { kernel: 3, stride: 1 },
      stages: [
        { block: ['basic'], width: [16, 32], depth: [1], kernel: [3], stride: [1] },
        {
          block: ['conv', 'inverted'],
          width: [24],
          depth: [1, 3],
          kernel: [3],
          expansion: [2, 4],
          stride: [2],
        },
        { block: ['reduction'], width: [8] },
        { block: ['cell'], width: [8], depth: [1], cell: CELL },
      ],
    });
    expect(checkDefinition({ value: definition, source: 'again' })).toEqual(definition);
    const text = JSON.stringify({ name: 'a', space: { kind: 'custom', definition } });
    const { space, fidelity, cohort } = parseSpecification({ text, source: 'spec' });
    expect(space).toEqual({ kind: 'custom', definition });
    expect([fidelity.resolution, cohort]).toEqual([32, 'written']);
  });

  it('of tokens is filled in, and goes through the check again as it is', () => {
    const definition = check([
      { block: 'transformer', width: 64, heads: [4, 3] },
      { block: 'transformer', width: [96, 64], heads: 3, ratio: [4, 3.5] },
    ]);
    const common = { block: ['transformer'], depth: [1] };
    expect(definition).toEqual({
      input: { channels: 3, resolution: 32 },
      classes: 10,
      stages: [
        { ...common, width: [64], heads: [3, 4], ratio: [4], patch: [16] },
        { ...common, width: [64, 96], heads: [3], ratio: [3.5, 4] },
      ],
    });
    expect(checkDefinition({ value: definition, source: 'again' })).toEqual(definition);
    const text = (proxies: object) =>
      JSON.stringify({ name: 'a', space: { kind: 'custom', definition }, ...proxies });
    expect(parseSpecification({ text: text({}), source: 'spec' }).proxies).not.toContain('progressivity');
    const named = text({ proxies: ['progressivity'] });
    expect(() => parseSpecification({ text: named, source: 'spec' })).toThrow(/progressivity is not defined/);
  });

  it.each<[unknown, RegExp, object?]>([
    [[good, token, good], /stages\[2\]\.block: found basic after the transformer of stages\[1\]; must be/],
    [[good, token, { ...token, patch: 4 }], /stages\[2\]\.patch: is not used here: stages\[1\] makes/],
    [
      [{ ...token, block: ['basic', 'transformer'] }],
      /stages\[0\]\.block: found basic, transformer; a trans/,
    ],
    [[{ ...token, heads: undefined }], /stages\[0\]\.heads: is missing; must be how many heads of 64/],
    [
      [{ ...token, ratio: [4, 3.3] }],
      /stages\[0\]\.ratio: found 3.3; must be a multiple of 0.25, at most 16/,
    ],
    [[{ ...token, stride: 2 }], /stages\[0\]\.stride: is not used by transformer; remove it/],
    [[{ ...good, heads: 2 }], /stages\[0\]\.heads: is not used by basic; remove it/],
    [[token], /^a.yaml: stem: is not used before a transformer/, { stem: { width: 8 } }],
    [
      [{ ...good, stride: 2 }, token],
      /input\.resolution: found 48; must be a multiple of 32, the largest product of strides and patch/,
      { input: { resolution: 48 } },
    ],
    [undefined, /^a.yaml: stages: missing; must be a list of stages/],
    [[], /^a.yaml: stages: found 0 stages; must be 1 to 64$/],
    [[good, good, { ...good, width: 0 }], /^a.yaml: stages\[2\]\.width: found 0; must be a whole number/],
    [[{ block: 'basic' }], /^a.yaml: stages\[0\]\.width: missing; must be a whole number from 1 to 8192$/],
    [[{ ...good, width: [16, 8, 16] }], /stages\[0\]\.width: 16 occurs twice; keep one/],
    [[{ ...good, depth: [] }], /stages\[0\]\.depth: found 0 choices; must be 1 to 256/],
    [[{ ...good, block: 'bsaic' }], /stages\[0\]\.block: unknown "bsaic"; did you mean "basic"\?/],
    [[{ ...good, kernal: 3 }], /stages\[0\]\.kernal: unknown key "kernal"; did you mean "kernel"\?/],
    [[{ ...good, kernel: [3, 4] }], /stages\[0\]\.kernel: found 4; must be one of 1, 3, 5, 7/],
    [[{ ...good, stride: 3 }], /stages\[0\]\.stride: found 3; must be one of 1, 2, 4/],
    [[{ ...good, expansion: 4 }], /stages\[0\]\.expansion: is not used by basic; remove it/],
    [[good, { block: 'inverted', width: 8 }], /stages\[1\]\.expansion: is missing; inverted needs it/],
    [
      [{ block: 'bottleneck', width: [16, 20], expansion: [2, 8] }],
      /stages\[0\]\.width: found 20; must be a multiple of 8, the bottleneck's expansion/,
    ],
    [[{ block: 'cell', width: 8 }], /stages\[0\]\.cell: is missing; must be a cell/],
    [
      [{ block: 'cell', width: 8, cell: [CELL, CELL] }],
      /cell: found a list; .* an edge can offer several operations/,
    ],
    [[{ ...good, cell: CELL }], /stages\[0\]\.cell: is not used by basic/],
    [
      [
        { ...good, stride: [1, 4] },
        { block: 'reduction', width: 8 },
      ],
      /^a.yaml: input\.resolution: found 20; must be a multiple of 8/,
      { input: { resolution: 20 } },
    ],
    [[good], /^a.yaml: classes: found 0; must be a whole number/, { classes: 0 }],
    [
      [{ block: 'dense', growth: 4 }],
      /^a.yaml: stem\.width: missing; .*because dense in stages\[0\] has no width/,
    ],
    [
      [{ block: ['dense', 'conv'], width: 8, growth: 4 }],
      /^a.yaml: stem\.width: missing; .*because dense in stages\[0\]/,
      { stem: { kernel: 5 } },
    ],
    [[{ block: ['maxpool', 'avgpool'], stride: 2 }, good], /^a.yaml: stem\.width: missing; .*maxpool/],
    [
      [{ repeat: 2, stages: [{ block: 'cell', width: 8, cell: '|x~0|' }] }],
      /^a.yaml: stages\[0\]\.stages\[0\]\.cell: cell "\|x~0\|": [^\n]*$/,
    ],
    [
      [{ block: ['dense', 'bottleneck'], width: 16, growth: 4, ratio: 0.5 }],
      /^a.yaml: stages\[0\]\.ratio: found dense too, .* a bottleneck beside it needs expansion, remove ratio$/,
      { stem: { width: 16 } },
    ],
    [
      [{ ...token, width: [2, 16], ratio: [0.25, 4] }],
      /^a.yaml: stages\[0\]\.width: found 2; 0\.25 times that, the hidden width of the MLP, must be at least 1$/,
    ],
    [
      [
        { ...token, patch: 8 },
        { ...token, patch: 16 },
      ],
      /^a.yaml: stages\[1\]\.patch: is not used here: stages\[0\] makes the tokens; remove it$/,
    ],
    [[{ repeat: 2 }], /^a.yaml: stages\[0\]\.block: missing; [^\n]*$/],
    [
      [good, { repeat: 2, block: 'maxpool', kernel: 2, stride: 2 }],
      /^a.yaml: stages\[1\]\.kernel: .* needs stride 2 or 4; of repeated stages only the first has the stride$/,
    ],
    [
      [{ width: 16, options: { a: { block: 'identity' }, b: { block: 'conv', groups: 3 } } }],
      /^a.yaml: stages\[0\]\.options\.b\.groups: found 3; must divide the 16 channels of a conv$/,
    ],
    [
      [{ block: 'basic', width: [15, 16], ...MANY, groups: [1, 16] }],
      /^a.yaml: stages\[0\]\.groups: found 16; must divide the 15 channels of a basic$/,
    ],
  ])('%j is refused', (stages, message, rest) => {
    expect(complaint(stages, rest)).toMatch(message);
  });
});
