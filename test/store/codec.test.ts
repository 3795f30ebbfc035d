// Tests the limits of what is stored: bytes of an entry, characters of a failure.
import { expect, test } from 'vitest';
import { TerminalError } from '../../core/errors.js';
import { decodeFailure, encodeFailure, encodeScore } from '../../store/codec.js';

test('an entry is as large as its bytes, however few characters they are', () => {
  const proxies = { p: 1 };
  expect(encodeScore({ key: 'a'.repeat(200_000), proxies })).toContain('aaa');
  expect(() => encodeScore({ key: 'ä'.repeat(200_000), proxies })).toThrow(TerminalError);
});

test('of a detail 8,192 characters are kept, and those that are not are counted', () => {
  const detailOf = (length: number) => {
    const failure = { candidate: 'a', reason: 'crash', detail: 'x'.repeat(length) };
    return decodeFailure(encodeFailure(failure)).detail;
  };
  expect(detailOf(8_192)).toBe('x'.repeat(8_192));
  expect(detailOf(8_193)).toBe(`${'x'.repeat(8_192)} … (1 more characters)`);
});
