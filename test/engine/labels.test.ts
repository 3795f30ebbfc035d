// Tests that given labels replace the random ones of a draw, and reach only the proxies that read them.
import { expect, test } from 'vitest';
import { requestOf } from '../../activities/score-request.js';
import { randomDraw } from '../../core/ir/draw.js';
import { checkSpecification } from '../../core/specification/specification.js';
import { createCpuScorer } from '../../engine/cpu-scorer.js';
import { drawWhole } from '../../engine/graph/whole-draw.js';
import { labelsOfDraw } from '../../engine/labels.js';

const CELL = '|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|';

test('the labels that a draw would have give its scores, and others give others, but only where labels count', async () => {
  const scorer = await createCpuScorer({ threads: 1 });
  const batch = 2;
  const drawn = [0, 1].flatMap((draw) => {
    const of = drawWhole({ drawn: randomDraw({ seed: 1, draw, owner: '' }), file: CELL });
    return [...of.labels(batch, 10)];
  });
  const score = (labels?: readonly number[]) =>
    scorer.score({
      space: { kind: 'nas-bench-201' },
      candidate: CELL,
      seed: 1,
      draws: [0, 1],
      fidelity: { batch, resolution: 8, weights: 'shared', features: 'stages' },
      families: ['naswot', 'snip'],
      ...(labels ? { labels } : {}),
    });
  try {
    const [random, same, other] = [
      await score(),
      await score(drawn),
      await score(drawn.map((label, i) => (i === 2 ? (label + 1) % 10 : label))),
    ];
    expect(same).toEqual(random);
    // The third label is the first of draw 1.
    expect(other![0]).toEqual(random![0]);
    expect(other![1]!.naswot).toBe(random![1]!.naswot);
    expect(other![1]!.snip).not.toBe(random![1]!.snip);
  } finally {
    await scorer.close();
  }
});

test('labels that are no classes of the network are refused', () => {
  const of = { draw: 1, count: 2, classes: 10 };
  expect([...labelsOfDraw({ labels: [1, 2, 3, 4], ...of })]).toEqual([3, 4]);
  expect(() => labelsOfDraw({ labels: [1, 2, 3, 10], ...of })).toThrow(
    /input.labels: found 10; must be below 10/,
  );
  expect(() => labelsOfDraw({ labels: [1, 2, 3], ...of })).toThrow(/3 labels: draw 1 needs 2/);
});

test('a request has labels only where a family reads them', () => {
  const images = { digest: 'a'.repeat(64), shape: [2, 3, 8, 8] };
  const input = { images, labels: [0, 1] };
  const proxies = ['snip', 'naswot', 'expressivity'];
  const fidelity = { draws: 1, batch: 2 };
  const value = { name: 'x', space: 'nas-bench-201', input, fidelity, proxies };
  const specification = checkSpecification({ value, source: 'x' });
  const labels = (...families: ('snip' | 'naswot' | 'az-nas')[]) =>
    requestOf({ specification, asked: { candidate: CELL, draws: [0], families } }).labels;
  expect(labels('snip', 'naswot')).toEqual([0, 1]);
  expect(labels('naswot')).toBeUndefined();
  expect(labels('az-nas')).toBeUndefined();
});
