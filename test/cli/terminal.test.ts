// In: texts with colours and with what others may have planted. Out: on a terminal, colours alone.
import pc from 'picocolors';
import { expect, test } from 'vitest';
import { harmless } from '../../cli/terminal.js';

const { bold, red } = pc.createColors(true);

test('colours, tabs, line feeds and every letter stay', () => {
  const text = `${bold('rank')}\t${red('Größe 量')}\n\n\u001b[1;31mx\u001b[m`;
  expect(harmless(text)).toBe(text);
});

test.each([
  ['a title', '\u001b]0;owned\u0007', '\uFFFD]0;owned\uFFFD'],
  ['the clipboard', '\u001b]52;c;YQ==\u001b\\', '\uFFFD]52;c;YQ==\uFFFD\\'],
  ['the cursor', 'a\u001b[2Jb\u001b[1A\rc', 'a\uFFFD[2Jb\uFFFD[1A\uFFFDc'],
  ['eight-bit controls', '\u009b2J\u0090', '\uFFFD2J\uFFFD'],
])('%s', (_, planted, shown) => {
  expect(harmless(planted)).toBe(shown);
});
