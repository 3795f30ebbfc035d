// Tests which messages are events of progress: any client may publish on their subject.
import { expect, test } from 'vitest';
import { decodeEvent } from '../../store/progress.js';

const event = { shard: 3, scored: 10, reused: 2, failed: 1 };

test('an event is four whole numbers', () => {
  expect(decodeEvent(JSON.stringify(event))).toEqual(event);
  expect(decodeEvent(JSON.stringify({ ...event, other: '<b>' }))).toEqual(event);
  for (const name of Object.keys(event))
    for (const wrong of ['10', 0.5, null, 2 ** 60, undefined])
      expect(decodeEvent(JSON.stringify({ ...event, [name]: wrong }))).toBeUndefined();
  for (const text of ['', 'null', '[]', '{']) expect(decodeEvent(text)).toBeUndefined();
});
