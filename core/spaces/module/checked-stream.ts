// Makes the random stream that a module gets, which refuses what has no choice: a module's lists may be empty by mistake.
import type { RandomKey } from '../../random/random.js';
import { type RandomStream, randomStream } from '../../random/random-stream.js';
import { describeFound } from '../../text/show.js';

/** The stream of the key. Its calls throw an Error that says what would be right. */
export function checkedStream(key: RandomKey): RandomStream {
  const stream = randomStream(key);
  const pick = <T>(items: readonly T[], call: string): T => {
    if (!Array.isArray(items) || items.length === 0)
      throw new Error(`${call}: ${describeFound(items)}; must be a list of one item or more`);
    return stream.pick(items);
  };
  return {
    below: (n) => {
      if (!Number.isSafeInteger(n) || n < 1)
        throw new Error(`random.below: ${describeFound(n)}; must be a whole number from 1`);
      return stream.below(n);
    },
    pick: (items) => pick(items, 'random.pick'),
    pickOther: (items, item) =>
      pick(Array.isArray(items) ? items.filter((each) => each !== item) : items, 'random.pickOther'),
  };
}
