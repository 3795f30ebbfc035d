// Tests that modules whose code does not end cause errors within the limit that name the function.
import { expect, test } from 'vitest';
import { moduleDigest } from '../../core/spaces/module/definition.js';
import { callLimited } from '../../engine/call-limit.js';
import { createModuleLoader, loadProxyModule } from '../../engine/load-module.js';

const LOOPS = {
  empty: 'for (;;);',
  'that catches everything': 'for (;;) { try { for (;;); } catch {} }',
  'within a regular expression': "/(a+)+$/.test('a'.repeat(60) + 'b');",
};
const load = (code: string) => createModuleLoader({ limitMs: 200 })({ code, digest: moduleDigest(code) });

test.each(Object.entries(LOOPS))('a loop %s ends: evaluated, and in a function', (_, loop) => {
  expect(() => load(loop)).toThrow('did not answer within 0.2 s');
  const module = load(`exports.default = { resolution: 32, parse() { ${loop} }, random() { return 'x'; } };`);
  const { parse, random, resolution } = module as Record<string, () => unknown>;
  expect(() => parse!()).toThrow('did not answer within 0.2 s');
  expect([random!(), resolution]).toEqual(['x', 32]);
});

test.each(['parse', 'random', 'mutate', 'network', 'costs'])(
  'the function %s of a space has a limit',
  (name) => {
    const module = load(`exports.default = { ${name}() { for (;;); } };`) as Record<string, () => unknown>;
    expect(() => module[name]!()).toThrow('did not answer within 0.2 s');
  },
);

test('the function of a proxy has a limit, so it is not the one of the module', () => {
  const code = 'exports.default = { name: "x", compute: () => 7 };';
  const proxy = loadProxyModule({ code, digest: moduleDigest(code) }) as { compute(): number };
  expect(Object.hasOwn(proxy, 'compute')).toBe(true);
  expect(proxy.compute()).toBe(7);
});

test('what is no object is returned as it is', () => {
  expect(load('exports.default = null;')).toBe(null);
  expect(load('exports.default = 7;')).toBe(7);
  expect(load('')).toBe(undefined);
});

test.each(['node:fs', 'zeroscout', 'toString'])('%s is no package that a module may import', (name) => {
  expect(() => load(`require('${name}');`)).toThrow(
    `a module imports "${name}"; it may import zeroscout/space alone, or zeroscout/proxy, so that its digest covers all of it`,
  );
});

test.each(['process', 'fetch', 'global', 'globalThis', 'setTimeout', 'setInterval', 'setImmediate'])(
  'a module has no %s',
  (name) => {
    expect(load(`exports.default = typeof ${name};`)).toBe('undefined');
  },
);

test('functions keep their module, its prototype and their errors', () => {
  const module = load(`
    class Space { get resolution() { return 48; } parse(text) { return this.usual(text); } usual(text) { if (text === 'bad') throw new Error('no'); return text.trim(); } }
    exports.default = new Space();`) as {
    parse(text: string): string;
    readonly resolution: number;
  };
  expect(module.parse(' a ')).toBe('a');
  expect(module.resolution).toBe(48);
  expect(() => module.parse('bad')).toThrow(/^no$/);
});

test('calls within calls answer each to its own', () => {
  const limitMs = 1_000;
  const outer = () => [callLimited({ work: () => 'inner', limitMs }), 'outer'];
  expect(callLimited({ work: outer, limitMs })).toEqual(['inner', 'outer']);
});

test.each([
  ['Date.now()', 'Date differs between calls'],
  ['new Date()', 'Date differs between calls'],
  ['performance.now()', 'performance differs between calls'],
  ['crypto.randomUUID()', 'crypto differs between calls'],
  ['Math.random()', 'Math.random differs between processes'],
  ['process.pid', "reading 'pid'"],
  ['globalThis.performance', "reading 'performance'"],
])('%s throws, and says why', (use, message) => {
  const { parse } = load(`exports.default = { parse: () => ${use} };`) as { parse(): unknown };
  expect(parse).toThrow(message);
});
