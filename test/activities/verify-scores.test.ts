// Tests what a worker reports that computes a range of a sample again: which scores differ, under which index, and with
// whom a third computation agrees.
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, expect, test } from 'vitest';
import { createLocalImages } from '../../activities/local-images.js';
import { verifyScores } from '../../activities/verify-scores.js';
import { scoreKey } from '../../core/address.js';
import { CandidateError } from '../../core/candidate-error.js';
import type { VerifyInput, VerifyResult } from '../../core/contract/verification.js';
import { openSpace } from '../../core/spaces/index.js';
import { writeCandidateList } from '../../store/candidate-list.js';
import { encodeScore } from '../../store/codec.js';
import { createMemoryStore } from '../../store/memory.js';
import type { Store } from '../../store/store.js';
import { gateOfOne, scoringBy, twoFamilies } from '../support/scoring-activities.js';

const { enumeration } = openSpace({ kind: 'nas-bench-201' });
/** The last one is a text such as a module may define. */
const candidates = [...Array.from({ length: 7 }, (_, i) => enumeration!.at(i * 97)), 'cell #1 twice'];
const keys = candidates.map((candidate) => scoreKey({ candidate, draw: 1 }));
const { specification, scopes } = twoFamilies(2);
const gate = gateOfOne();

let store: Store;
let list: VerifyInput['list'];
beforeEach(async () => {
  store = createMemoryStore();
  list = await writeCandidateList(store.blobs, keys);
  for (const [family, name] of [
    ['az-nas', 'trainability'],
    ['residual', 'residual'],
  ] as const)
    await store.scores.put(
      scopes.get(family)!,
      keys.map((key, i) => ({ key, proxies: { [name]: i / 10 } })),
      'one',
    );
});

interface Again {
  /** The numbers that the worker computes, by index in the sample; as stored where it is absent. */
  readonly wrong?: Readonly<Record<number, number>>;
  readonly attempt?: number;
}

const asked: (readonly [number, readonly number[]])[] = [];
async function computeAgain(input: Partial<VerifyInput>, { wrong = {}, attempt = 1 }: Again = {}) {
  asked.length = 0;
  const activity = verifyScores({
    store,
    gate,
    images: createLocalImages({ blobs: store.blobs }),
    scoring: scoringBy('two', async ({ candidate, draws, families = ['az-nas'] }) => {
      const index = candidates.indexOf(candidate);
      asked.push([index, draws]);
      const value = wrong[index] ?? index / 10;
      if (Number.isNaN(value)) throw new CandidateError({ reason: 'crash', detail: 'it died' });
      const proxies: Readonly<Record<string, number>> = families.includes('residual')
        ? { residual: value }
        : { trainability: value };
      return draws.map(() => proxies);
    }),
  });
  const given = { run: 'run', specification, list, from: 0, to: 8, except: ['one'], ...input };
  return (await new MockActivityEnvironment({ attempt }).run(activity, given)) as VerifyResult;
}

test.each(['az-nas', 'residual'] as const)(
  '%s: what differs is named by its index in the sample',
  async (family) => {
    const given = { from: 2, to: 7, family };
    const { disagreements, ...found } = await computeAgain(given, { wrong: { 1: 9, 3: 9, 6: -9 } });
    expect(found).toMatchObject({ by: 'two', outcome: 'computed', agreed: 3, failed: 0 });
    expect(asked).toEqual([2, 3, 4, 5, 6].map((index) => [index, [1]]));
    const name = family === 'residual' ? 'residual' : 'trainability';
    expect(disagreements).toEqual(
      [3, 6].map((index) => ({
        score: keys[index],
        index,
        worker: 'one',
        verifier: 'two',
        difference: expect.stringContaining(name),
        again: encodeScore({ key: keys[index]!, proxies: { [name]: index === 3 ? 9 : -9 } }),
      })),
    );
  },
);

test('a third computation looks at the disputed scores alone, and agrees with one of two or with neither', async () => {
  const claims = [2, 4, 5].map((index) => ({
    index,
    again: encodeScore({ key: keys[index]!, proxies: { trainability: 9 } }),
  }));
  const { agreed, disagreements } = await computeAgain(
    { from: 1, to: 7, claims, except: ['one', 'three'] },
    { wrong: { 1: 9, 4: 9, 5: 5 } },
  );
  expect(asked.map(([index]) => index)).toEqual([2, 4, 5]);
  expect(agreed).toBe(1);
  expect(disagreements.map(({ index, agreesWithClaim }) => [index, agreesWithClaim])).toEqual([
    [4, true],
    [5, false],
  ]);
});

test('scores that have disappeared are left out, and those that cannot be computed are counted', async () => {
  await store.signed.discard(scopes.get('az-nas')!, [keys[2]!], 'one');
  const found = await computeAgain({}, { wrong: { 3: 9, 5: Number.NaN } });
  expect(found).toMatchObject({ agreed: 5, failed: 1, why: 'two: crash: it died' });
  expect(found.disagreements.map(({ index }) => index)).toEqual([3]);
});

test('a worker does not verify itself: it hands the task back, and after some times says so', async () => {
  const except = ['one', 'two'];
  await expect(computeAgain({ except })).rejects.toMatchObject({ type: 'OwnScoresError' });
  const refused = await computeAgain({ except }, { attempt: 100 });
  expect(refused).toEqual({ by: 'two', outcome: 'refused', agreed: 0, failed: 0, disagreements: [] });
  expect(asked).toEqual([]);
});
