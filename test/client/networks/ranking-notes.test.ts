// Tests what is said about a ranking of many files: one line for each reason, however many files there are.
import { expect, it } from 'vitest';
import { rankingNotes } from '../../../client/networks/ranking-notes.js';
import type { ScoredNetwork } from '../../../client/networks/score-networks.js';

const network = (file: string, image: readonly number[], progressivity: number | null): ScoredNetwork => ({
  file,
  digest: file,
  features: [],
  input: 'images',
  image,
  macs: 1,
  parameters: 1,
  proxies: { expressivity: 1, progressivity },
  draws: [],
  notes: [],
  score: null,
});
const side = (pixels: number) => [3, pixels, pixels];

it('has no line where sizes and proxies are the same, or no network has a proxy', () => {
  expect(rankingNotes([])).toEqual([]);
  expect(rankingNotes([network('a', side(8), 1), network('b', side(8), 2)])).toEqual([]);
  expect(rankingNotes([network('a', side(8), null), network('b', side(8), null)])).toEqual([]);
});

it('compares texts by their number of tokens', () => {
  const text = (file: string, tokens: number, width: number): ScoredNetwork => ({
    ...network(file, [tokens, width], 1),
    input: 'texts',
  });
  expect(rankingNotes([text('a', 64, 128), text('b', 64, 768)])).toEqual([]);
  expect(rankingNotes([text('a', 64, 128), text('b', 32, 128)])[0]).toContain(
    'texts of different sizes: 64 tokens for a, 32 tokens for b;',
  );
});

it('names three files and counts the rest', () => {
  const networks = Array.from({ length: 40 }, (_, i) => network(`${i}`, side(8 * (i % 5)), i % 2 || null));
  const [sizes, lacking, ...others] = rankingNotes(networks);
  expect(others).toEqual([]);
  expect(sizes).toContain('[3,0,0] for 0, 5, 10 and 5 more, [3,8,8] for 1, 6, 11 and 5 more, [3,16,16]');
  expect(sizes).toContain('and 2 more;');
  expect(lacking).toBe(
    'progressivity does not count in the ranking, as it is not defined for 0, 2, 4 and 17 more',
  );
});
