// Writes the table of docs/understand/method.md: what the preset `assembled` adds in each kind of space.
import { assemblyOfFiles, termsIn } from '../../dist/core/specification/assemblies.js';
import { code, table } from './markdown.mjs';

const PRESET = 'assembled';

/** Kinds of spaces with the same terms; the first of each group is shown. */
const GROUPS = [
  { name: '`nas-bench-201`', spaces: ['nas-bench-201'] },
  {
    name: '`nas-bench-101`, `darts`, `transnas-bench-101`',
    spaces: [
      'nas-bench-101',
      'darts',
      { kind: 'transnas-bench-101', size: 'micro' },
      { kind: 'transnas-bench-101', size: 'macro' },
    ],
  },
  { name: '`mobilenet-v2`, `custom`, `module`', spaces: ['mobilenet-v2'] },
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
