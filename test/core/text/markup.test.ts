// Tests that any text is text in an element and in an attribute.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeMarkup } from '../../../core/text/markup.js';

test('characters with a meaning in XML become entities, the ampersand of an entity too', () => {
  expect(escapeMarkup('a & b < c > d "e"')).toBe('a &amp; b &lt; c &gt; d &quot;e&quot;');
  expect(escapeMarkup('&lt;script&gt;')).toBe('&amp;lt;script&amp;gt;');
});

test('characters that XML forbids become spaces, and no others', () => {
  expect(escapeMarkup('a\u0000b\u001bc\ufffed\ud800e')).toBe('a b c d e');
  expect(escapeMarkup('\t\n ä \u{1f600} 漢')).toBe('\t\n ä \u{1f600} 漢');
});

test('nothing reverses the text around it, and texts that are written from right to left stay', () => {
  expect(escapeMarkup('a \u202Egnp.exe\u202C \u2066b\u2069 c')).toBe('a \uFFFDgnp.exe\uFFFD \uFFFDb\uFFFD c');
  expect(escapeMarkup('\u05d0\u05d1 \u0627\u0628')).toBe('\u05d0\u05d1 \u0627\u0628');
});

test('what is read back is what was written', () => {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
      const written = escapeMarkup(text);
      expect(written).not.toMatch(/[<>"]/);
      expect(written.replaceAll(/&(\w+);/g, (_, name) => entities[name]!)).toBe(text);
    }),
  );
});
