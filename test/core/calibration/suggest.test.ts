// Tests that suggestions are winners and one of every part of the ranking, each once.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { suggest } from '../../../core/calibration/suggest.js';

it('suggests the first quarter of the budget and one of each part of the rest, each once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 60 }), (m, budget) => {
      const places = Array.from({ length: m }, (_, i) => i);
      const key = { seed: 1, draw: 0, name: 's' };
      const found = suggest({ places, budget, key });
      const count = Math.min(m, budget);
      expect(new Set(found.map(({ place }) => place)).size).toBe(count);
      const winners = found.filter(({ why }) => why.kind === 'winner');
      expect(winners.map(({ place }) => place)).toEqual(places.slice(0, Math.ceil(count / 4)));
      const spread = found.slice(winners.length);
      const size = (m - winners.length) / spread.length;
      spread.forEach(({ place }, part) => {
        expect(place).toBeGreaterThanOrEqual(Math.floor(winners.length + part * size));
        expect(place).toBeLessThan(winners.length + (part + 1) * size);
      });
      expect(suggest({ places, budget, key })).toEqual(found);
    }),
  );
});
