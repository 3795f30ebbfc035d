// Writes the table of docs/understand/method.md: what the preset `assembled` adds in each kind of space.
import { assemblyOfFiles, termsIn } from '../../dist/core/specification/assemblies.js';
import { code, table } from './markdown.mjs';

const PRESET = 'assembled';

const block = { block: 'conv', width: 8, kernel: [1, 3] };
const custom = (input, classes) => ({
  kind: 'custom',
  definition: { input, classes, stages: [block], stem: { width: 8 } },
});

/** Kinds of spaces with the same terms; the first of each group is shown. */
const GROUPS = [
  {
    name: '`nas-bench-201`, `transnas-bench-101`',
    spaces: [
      'nas-bench-201',
      { kind: 'transnas-bench-101', size: 'micro' },
      { kind: 'transnas-bench-101', size: 'macro' },
    ],
  },
  { name: '`nas-bench-101`, `darts`', spaces: ['nas-bench-101', 'darts'] },
  {
    name: '`custom` spaces of blocks of fixed widths with 100 classes or more and images of 64 pixels or more',
    spaces: [custom({ resolution: 64 }, 100)],
  },
  {
    name: '`mobilenet-v2`, other `custom` spaces, `module`',
    spaces: ['mobilenet-v2', custom({ resolution: 32 }, 100), custom({ resolution: 64 }, 10)],
  },
  {
    name: '`autoformer`, and spaces of your own with transformers',
    spaces: [{ kind: 'autoformer', size: 'tiny' }],
  },
];

export function presetTable() {
  const rows = GROUPS.map(({ name, spaces }) => [name, ...termsOf(spaces)]);
  return table(
    ['space', 'proxies and their weights', 'features'],
    [...rows, ['`onnx`', ...cells(assemblyOfFiles(PRESET))]],
  );
}

function termsOf(spaces) {
  const found = spaces.map((space) => cells(termsIn(PRESET, space)));
  if (found.some((each) => String(each) !== String(found[0])))
    throw new Error(`the preset has several forms in ${JSON.stringify(spaces)}; they need rows of their own`);
  return found[0];
}

function cells({ weights, features }) {
  const proxies = Object.entries(weights).map(([proxy, weight]) => `${proxy} ${weight}`);
  const choices =
    typeof features === 'string'
      ? features
      : Object.entries(features)
          .map((pair) => pair.join(': '))
          .join(', ');
  return [proxies.join(', '), code(choices)];
}
