// Tests that random texts get the numbers that a Map would give.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTextIndex } from '../../../core/text/text-index.js';

test('numbers texts as a Map does, while it grows', () => {
  const texts = fc.array(fc.string({ unit: 'binary', maxLength: 2 }), { maxLength: 200, size: 'max' });
  fc.assert(
    fc.property(texts, (given) => {
      const index = createTextIndex({ slots: 4 });
      const map = new Map<string, number>();
      for (const text of given) {
        expect(index.numberOf(text)).toBe(map.get(text));
        expect(index.add(text)).toEqual({ number: map.get(text) ?? map.size, isNew: !map.has(text) });
        if (!map.has(text)) map.set(text, map.size);
      }
      expect(index.size).toBe(map.size);
      for (const [text, number] of map) expect(index.numberOf(text)).toBe(number);
    }),
  );
});
