// Tests that what commands print fits a terminal of 80 columns: text is wrapped, wide tables leave columns out.
import stringWidth from 'string-width';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { printComparison } from '../../cli/render/comparison.js';
import { printCorrelation } from '../../cli/render/correlation.js';
import { formatRankingTable } from '../../cli/render/results.js';
import { note, print, printData } from '../../cli/render/terminal.js';
import { wrapLines } from '../../cli/render/wrap.js';
import type { Agreement, Correlation } from '../../client/results/correlate.js';
import { compareCohorts } from '../../core/comparison/comparison.js';
import { rankingAgreement } from '../../core/ranking/agreement.js';

let said: string;

/** Both streams are terminals of 80 columns, whose output is kept in `said`. */
beforeEach(() => {
  said = '';
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
    for (const [name, value] of Object.entries({ isTTY: true, columns: 80 }))
      Object.defineProperty(stream, name, { value, configurable: true });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const stream of [process.stdout, process.stderr])
    for (const name of ['isTTY', 'columns']) Reflect.deleteProperty(stream, name);
});

const widest = () => Math.max(...said.split('\n').map((line) => stringWidth(line)));

test.each([
  ['note', note],
  ['print', print],
] as const)('%s wraps a sentence between words, and loses none', (_, say) => {
  const sentence = 'the machine was busy while two of two latencies were measured '.repeat(4).trim();
  say(sentence);
  expect(widest()).toBeLessThanOrEqual(80);
  expect(said.trim().split(/\s+/).join(' ')).toBe(sentence);
});

test('data that may be copied stay whole', () => {
  printData('field: a value of many words '.repeat(8).trim());
  expect(said.trimEnd().split('\n')).toHaveLength(1);
});

test('commands are not broken', () => {
  const command = 'zeroscout worker --role score --concurrency 4 --name one';
  const text = `no workers; start them on this machine or another: ${command}, or ask \`zeroscout doctor\``;
  const lines = wrapLines({ text, width: 60 }).split('\n');
  expect(lines.some((line) => line.includes(command))).toBe(true);
  expect(lines.join(' ')).toBe(text);
});

test('wrapped lines keep their indentation; a word that is longer than a line stays whole', () => {
  const long = '|nor_conv_3x3~0|'.repeat(8);
  expect(wrapLines({ text: `  one two ${long} three`, width: 10 })).toBe(`  one two\n  ${long}\n  three`);
});

test('a ranking with many proxies leaves the last ones out', () => {
  const names = ['synflow', 'snip', 'grad-norm', 'naswot', 'zico', 'sampled-progressivity'];
  const proxies = Object.fromEntries(names.map((name, i) => [name, -1234.5678 * i]));
  const row = {
    rank: 15_625,
    candidate: 'c'.repeat(70),
    score: -1234.5678,
    proxies: { expressivity: 28.1, progressivity: 0.1, trainability: -0.1, complexity: 285e6, ...proxies },
    parameters: 1e6,
  };
  print(formatRankingTable([row]));
  expect(widest()).toBeLessThanOrEqual(80);
  const [head, , ...missing] = said.split('\n');
  expect(head).not.toContain('sampled-progressivity');
  expect(missing.join(' ')).toContain(': synflow, snip, grad-norm, naswot, zico, sampled-progressivity');
});

test('a narrow screen shows the proxies of the largest weight, and candidates that can be told apart', () => {
  const weights = { 'mean-expressivity': 2, trainability: 0.75, complexity: 0.75, depth: 0.5, residual: 1 };
  const cells = ['|none~0|', '|skip_connect~0|', '|nor_conv_3x3~0|'].map((edge) => `${edge}+${edge}`);
  const rows = cells.map((cell, i) => ({
    rank: i + 1,
    candidate: `|nor_conv_1x1~0|+|${cell}+${cells[0]}|nor_conv_3x3~2|`,
    score: -1.5,
    proxies: { 'mean-expressivity': 3.01, trainability: -0.1, complexity: 1e8, depth: 51, residual: 1 },
    parameters: 1e6,
  }));
  print(formatRankingTable(rows, new Map(), { weights }));
  expect(widest()).toBeLessThanOrEqual(80);
  const [head, ...lines] = said.split('\n');
  expect(head).toMatch(/mean-expr.* MFLOPs$/);
  expect(lines.slice(3).join(' ')).toMatch(/: trainability, depth, .*Mparams/);
  const shown = lines.slice(0, 3).map((line) => line.trim().split(/\s{2,}/)[1]);
  expect(new Set(shown).size).toBe(3);
});

test('the tables of agreement fit with the names of real datasets', () => {
  const rows = Array.from({ length: 30 }, (_, i) => ({
    score: -i,
    accuracy: 90 - (i % 7),
    unit: String(i),
    flops: 1e6 * (i + 1),
  }));
  const found = rankingAgreement(rows);
  const agreements = ['cifar10', 'imagenet16-120'].map(
    (dataset): Agreement => ({
      ...found,
      dataset,
      fitted: 40,
      trueBest: 90,
      top: found.top.map((top) => ({ ...top, flops: { ...top } })),
      baselines: { flops: found, parameters: found, depth: found, flopsAndResidual: found },
    }),
  );
  const correlation: Correlation = { id: 'a', datasets: agreements, top50StabilityBetweenDraws: 0.5 };
  printCorrelation(correlation);
  expect(widest()).toBeLessThanOrEqual(80);
  for (const text of ['imagenet16-120', 'FLOPs + identity path', 'better half', '40 of the 30'])
    expect(said).toContain(text);
});

test('accuracies as shares have the decimals that tell them apart', () => {
  const accuracies = Array.from({ length: 12 }, (_, i) => 0.9347 - i * 0.0004);
  const rows = accuracies.map((accuracy, i) => ({ accuracy, score: i, unit: String(i), flops: i }));
  const found = rankingAgreement(rows);
  const top = found.top.map((each) => ({ ...each, flops: { ...each } }));
  const baselines = { flops: found, parameters: null, depth: null, flopsAndResidual: null };
  const own = { ...found, dataset: 'cifar10', fitted: 0, trueBest: 0.9347, top, baselines };
  printCorrelation({ id: 'a', datasets: [own], top50StabilityBetweenDraws: null });
  expect(said).toMatch(/^cifar10 +1 +0\.9303 +0\.9303 +0\.0044 +0\.9303 +0\.9303 +0\.9347$/m);
  said = '';
  const cohort = {
    id: 'a',
    units: accuracies.map((_, i) => `unit ${i}`),
    values: new Map([['naswot', [Float64Array.from(accuracies.keys())]]]),
    aggregation: { kind: 'log-rank' as const, weights: { naswot: 1 } },
    costs: new Map(),
  };
  const known = new Map([['cifar10', accuracies.map((accuracy, unit) => ({ unit, accuracy }))]]);
  const search = { cohort, space: { kind: 'nas-bench-201' }, known, millisecondsPerCandidate: null };
  printComparison(compareCohorts({ searches: [search], differ: () => [] }));
  expect(said).toMatch(/^naswot .* 0\.9303 .* 0\.0008$/m);
});

test('how many of the best are found is said where chance alone would not find most of them', () => {
  const firstsOf = (m: number) => {
    said = '';
    const rows = Array.from({ length: m }, (_, i) => ({ accuracy: 60 + i / m, score: i, unit: String(i) }));
    const found = rankingAgreement(rows);
    const top = found.top.map((each) => ({ ...each, flops: null }));
    const baselines = { flops: null, parameters: null, depth: null, flopsAndResidual: null };
    const own = { ...found, dataset: 'cifar10', fitted: 0, trueBest: 61, top, baselines };
    printCorrelation({ id: 'a', datasets: [own], top50StabilityBetweenDraws: null });
    return [...said.matchAll(/^cifar10 +50 of 50 +(\d+)$/gm)].map(([, first]) => first);
  };
  expect(firstsOf(80)).toEqual([]);
  expect(said).not.toContain('truly best classes');
  expect(firstsOf(150)).toEqual(['50']);
  expect(firstsOf(500)).toEqual(['50', '100', '200']);
});

test('a comparison of eleven proxies fits, with one draw and with two', () => {
  const names = ['expressivity', 'progressivity', 'trainability', 'complexity', 'synflow', 'snip', 'zico'];
  const proxies = [...names, 'sampled-progressivity', 'grad-norm', 'naswot', 'depth'];
  const units = Array.from({ length: 12 }, (_, i) => `|nor_conv_3x3~0|+|none~0|none~1|+|candidate~${i}|`);
  const column = (shift: number) => Float64Array.from(units, (_, i) => -((i * 5 + shift) % 12));
  const known = units.map((_, unit) => ({ unit, accuracy: 90 - unit }));
  for (const draws of [1, 2]) {
    said = '';
    const values = proxies.map(
      (name, at) => [name, Array.from({ length: draws }, (_, i) => column(at + i))] as const,
    );
    const search = {
      cohort: {
        id: 'a',
        units,
        values: new Map(values),
        aggregation: { kind: 'log-rank' as const, weights: {} },
        costs: new Map(),
      },
      space: { kind: 'nas-bench-201' },
      known: new Map([
        ['cifar10', known],
        ['imagenet16-120', known],
      ]),
      millisecondsPerCandidate: 12.5,
      costs: { candidates: 1, together: 10, families: [] },
    };
    printComparison(compareCohorts({ searches: [search], differ: () => [] }));
    expect(widest()).toBeLessThanOrEqual(80);
    // One draw does not show how ranks vary.
    expect(/^ *rank +ranks /m.test(said)).toBe(draws === 2);
    expect(said).not.toContain('median of 1');
    // Chance alone would keep most of the first ten of twelve.
    expect(/% of the top 1, \d+ % of the top 2 stay when/.test(said)).toBe(draws === 2);
  }
});
