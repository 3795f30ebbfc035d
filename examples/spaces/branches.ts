// A space that YAML cannot express: each of six blocks is a sum of branches, named by a letter.
import { BlockBuilder, type SpaceModule } from 'zeroscout/space';

const BRANCHES: Record<string, number[]> = { a: [1], b: [3], c: [5], d: [1, 3], e: [3, 5], f: [1, 3, 5] };
const LETTERS = Object.keys(BRANCHES);
const WIDTHS = [16, 16, 32, 32, 64, 64];

/** A sum of normalized convolutions, and of the block's input, value 0, where shapes match. */
function block(name: string, kernels: number[], from: number, to: number) {
  const b = new BlockBuilder({ name });
  const stride = name === 'stem' || from === to ? 1 : 2;
  const active = name === 'stem' ? 0 : b.add('relu', [0]);
  const branches = kernels.map((kernel) => {
    const weight = { slot: `conv${kernel}`, name: `${name}.${kernel}`, shape: [to, from, kernel, kernel] };
    return b.add('batchNorm', [b.add('conv', [active], { kernel, stride }, weight)]);
  });
  b.add('sum', from === to ? [...branches, 0] : branches);
  return b.build();
}

export default {
  resolution: 32,
  step: 4,
  size: LETTERS.length ** WIDTHS.length,
  parse: (text) => {
    if (/^[a-f]{6}$/.test(text)) return text;
    throw new Error('must be six letters from a to f');
  },
  random: (random) => WIDTHS.map(() => random.pick(LETTERS)).join(''),
  mutate: (parent, random) => {
    const at = random.below(WIDTHS.length);
    return parent.slice(0, at) + random.pick(LETTERS.filter((l) => l !== parent[at])) + parent.slice(at + 1);
  },
  network: (candidate) => ({
    stem: block('stem', [3], 3, 16),
    blocks: WIDTHS.map((to, i) => block(`block${i}`, BRANCHES[candidate[i]!]!, WIDTHS[i - 1] ?? 16, to)),
    identities: 'worst',
    classifier: { classes: 10, normalized: true },
  }),
} satisfies SpaceModule;
