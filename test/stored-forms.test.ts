// Tests that the present code reads what earlier versions stored. test/fixtures/block-8 was written by the
// build of commit ad9b63c.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readHistory } from '../activities/evolution-record.js';
import { familyScope, latencyScope, scoreScope } from '../core/address.js';
import type { CandidateListRef, HistoryRef } from '../core/contract/search.js';
import { readRankingCsv } from '../core/report/ranking-csv.js';
import { parseSummary } from '../core/report/summary.js';
import { checkSpecification, type Specification } from '../core/specification/specification.js';
import { specificationDigest } from '../core/specification/specification-digest.js';
import { readCandidates, writeCandidateList } from '../store/candidate-list.js';
import { decodeFailure, decodeScore, tokenOf } from '../store/codec.js';
import { createMemoryStore } from '../store/memory.js';

const FOLDER = fileURLToPath(new URL('fixtures/block-8/', import.meta.url));
const read = (name: string) => readFileSync(`${FOLDER}${name}`, 'utf8');

interface Addressed {
  readonly example: string;
  readonly specification: Specification;
  readonly scope: string;
  readonly digest: string;
  readonly latencyScope: string;
}
/** The scopes of residual-1, which these specifications may request, from when families were introduced. */
const FAMILY_SCOPES = {
  quickstart: 'K51aassCWAS0VJljaUudMy',
  'mobilenet-v2': '3IGRhcjxNUy4WomPVTFnG2',
  autoformer: 'g9LcU6FskIeiFx-lEyvg4D',
  'custom-space': '0lTeSK_cxOQS97RwxHFaa7',
  'own-images': 'gHcuWgq3xiB-jdO4rf67X5',
};
const addressed = JSON.parse(read('addresses.json')) as Addressed[];

describe.each(addressed)(
  'a search of $example',
  ({ specification, scope, digest, latencyScope: latency }) => {
    test('is a valid specification with nothing to add', () => {
      expect(checkSpecification({ value: specification, source: 'memo', origin: 'command' })).toEqual(
        specification,
      );
    });

    test('finds the scores and latencies that were paid for', () => {
      expect(scoreScope(specification)).toBe(scope);
      const { space, fidelity } = specification;
      expect(latencyScope({ space, resolution: fidelity.resolution, machine: 'a machine' })).toBe(latency);
    });

    test('keeps its identity', () => {
      expect(specificationDigest(specification, { inputs: {} })).toBe(digest);
    });
  },
);

test('a stored score and a stored failure', () => {
  const { score, failure } = JSON.parse(read('facts.json')) as Record<
    'score' | 'failure',
    { readonly json: string; readonly token: string }
  >;
  const key = '|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|#2';
  expect(decodeScore(score.json)).toMatchObject({
    key,
    proxies: {
      expressivity: 12.396540221521526,
      progressivity: Number.NEGATIVE_INFINITY,
      trainability: -0,
      complexity: 121815690,
    },
  });
  expect(tokenOf(key)).toBe(score.token);
  expect(decodeFailure(failure.json)).toEqual({ candidate: 'x', reason: 'crash', detail: 'scorer died' });
  expect(tokenOf('x')).toBe(failure.token);
});

test('a ranking', () => {
  const rows = readRankingCsv(read('ranking.csv'));
  expect(rows).toHaveLength(25);
  expect(rows[1]).toMatchObject({
    rank: 2,
    candidate:
      '|nor_conv_1x1~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_1x1~1|nor_conv_1x1~2|',
    score: -0.5335881963367399,
    parameters: 886426,
    class: '|nor_conv_1x1~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_1x1~1|nor_conv_1x1~2|',
  });
  expect(rows[1]!.proxies).toEqual({
    expressivity: 12.002602330797746,
    progressivity: 0.1362715333891975,
    trainability: -0.08198231637748303,
    complexity: 125747850,
  });
});

test('a summary', () => {
  expect(parseSummary({ text: read('summary.json'), source: 'summary.json' })).toMatchObject({
    id: 'quickstart-69c43ed4',
    candidates: 300,
    scored: 300,
    cohort: 'classes',
    classes: 195,
  });
});

interface StoredBlobs {
  readonly candidates: readonly string[];
  readonly list: CandidateListRef;
  readonly history: HistoryRef;
  readonly blobs: Readonly<Record<string, string>>;
}

describe('blobs, under the digests that they had', async () => {
  const stored = JSON.parse(read('blobs.json')) as StoredBlobs;
  const { blobs } = createMemoryStore();
  const digests = await Promise.all(Object.values(stored.blobs).map((text) => blobs.put(Buffer.from(text))));

  test('are what their digests say', () => {
    expect(digests).toEqual(Object.keys(stored.blobs));
  });

  test('a list of candidates is read, and written anew as the same', async () => {
    const found: string[] = [];
    for await (const candidate of readCandidates(blobs, stored.list)) found.push(candidate);
    expect(found).toEqual(stored.candidates);
    expect(await writeCandidateList(createMemoryStore().blobs, stored.candidates)).toEqual(stored.list);
  });

  test('the generations of an evolution', async () => {
    const found: string[] = [];
    for await (const candidate of readHistory(blobs, stored.history)) found.push(candidate);
    expect(found).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(stored.history).toMatchObject({ generations: 3, candidates: 5 });
  });
});

test('scores of other families than az-nas', () => {
  const scopes = Object.fromEntries(
    addressed.map(({ example, specification }) => [
      example,
      familyScope({ specification, family: 'residual', engine: 'block-8.ort-1.30.0' }),
    ]),
  );
  expect(scopes).toMatchObject(FAMILY_SCOPES);
});

test('a list of candidates: chunks of lines, and a blob with their number and digests', async () => {
  const { blobs } = createMemoryStore();
  const chunk = await blobs.put(Buffer.from('first\nsecond\nthird'));
  const digest = await blobs.put(Buffer.from(`3\n${chunk}`));
  const found: string[] = [];
  for await (const candidate of readCandidates(blobs, { digest, count: 3 })) found.push(candidate);
  expect(found).toEqual(['first', 'second', 'third']);
});
