// Tests that only colours reach a terminal: control characters in text from outside are shown, not sent.
import pc from 'picocolors';
import { expect, test, vi } from 'vitest';
import { isColoured, note, print, printJson, replaceControls } from '../../cli/render/terminal.js';
import { SpecError } from '../../core/errors.js';

const { bold, red } = pc.createColors(true);

test('colours, tabs, line feeds and every letter stay', () => {
  const text = `${bold('rank')}\t${red('Größe 量')}\n\n\u001b[1;31mx\u001b[m`;
  expect(replaceControls(text)).toBe(text);
});

test.each([
  ['a title', '\u001b]0;owned\u0007', '\uFFFD]0;owned\uFFFD'],
  ['the clipboard', '\u001b]52;c;YQ==\u001b\\', '\uFFFD]52;c;YQ==\uFFFD\\'],
  ['the cursor', 'a\u001b[2Jb\u001b[1A\rc', 'a\uFFFD[2Jb\uFFFD[1A\uFFFDc'],
  ['eight-bit controls', '\u009b2J\u0090', '\uFFFD2J\uFFFD'],
])('%s', (_, planted, shown) => {
  expect(replaceControls(planted)).toBe(shown);
});

test('errors show control characters of others as they are written in code, wherever they end up', () => {
  const error = SpecError.of({
    path: 'a\x1b[31m.txt:1',
    message: 'candidate "\x1b]0;x\x07\x9b1m\u202Eevil"\nsecond\tline',
  });
  expect(error.message).toBe(
    'a\\u001b[31m.txt:1: candidate "\\u001b]0;x\\u0007\\u009b1m\\u202eevil"\nsecond\tline',
  );
  expect(error.issues[0]!.path).toBe('a\\u001b[31m.txt:1');
});

test.each([
  ['note', 'stderr', note],
  ['print', 'stdout', print],
] as const)('%s is harmless where nobody knows what reads it', (_, stream, say) => {
  const said: string[] = [];
  const spy = vi.spyOn(process[stream], 'write').mockImplementation((text) => said.push(String(text)) > 0);
  say('red \x1b[31mwords\x1b[0m, title \x1b]0;x\x07');
  spy.mockRestore();
  expect(said).toEqual(['red \x1b[31mwords\x1b[0m, title \uFFFD]0;x\uFFFD\n']);
});

test('JSON escapes what JSON need not', () => {
  const said: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  printJson({ a: '\x1b\x9b\u202E' });
  spy.mockRestore();
  expect(said.join('')).toContain('"\\u001b\\u009b\\u202e"');
  expect(JSON.parse(said.join(''))).toEqual({ a: '\x1b\x9b\u202E' });
});

test.each([
  [{}, true, true],
  [{ TERM: 'dumb' }, true, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  [{}, false, false],
  [{ CI: 'true' }, false, false],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
])('with %j and a terminal: %j, colours: %j', (env, isTTY, coloured) => {
  expect(isColoured(env, { isTTY })).toBe(coloured);
});
