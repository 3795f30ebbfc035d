// Tests progressivity over well-sampled features against worked examples.
import { expect, it } from 'vitest';
import { sampledProgressivity } from '../../../core/proxies/sampled-progressivity.js';

const feature = (expressivity: number, samples: number, channels: number) => ({
  expressivity,
  samples,
  channels,
});

it('leaves out features with fewer than four samples a channel', () => {
  const fed = [feature(1, 400, 10), feature(1.5, 80, 20), feature(1.75, 160, 40)];
  expect(sampledProgressivity(fed)).toBe(0.25);
  expect(sampledProgressivity([...fed, feature(0.5, 40, 80)])).toBe(0.25);
  expect(sampledProgressivity([fed[0]!, feature(9, 79, 20), fed[2]!])).toBe(0.75);
});

it('is 0 where fewer than two features are well sampled, and minus infinity where one of them is dead', () => {
  expect(sampledProgressivity([])).toBe(0);
  expect(sampledProgressivity([feature(1, 400, 10), feature(2, 40, 20)])).toBe(0);
  expect(sampledProgressivity([feature(1, 400, 10), feature(-Infinity, 400, 20)])).toBe(-Infinity);
  expect(sampledProgressivity([feature(1, 400, 10), feature(2, 400, 10), feature(-Infinity, 4, 20)])).toBe(1);
});
