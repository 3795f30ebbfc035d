// Tests `zeroscout calibrate` and `suggest` on a real search, and searches that name a calibration.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import { openSpace } from '../../core/spaces/index.js';
import { type TestHome, testHome } from '../support/home.js';
import { runOverClasses, writeTruth } from '../support/known-search.js';
import { done, zeroscout } from '../support/zeroscout.js';

/** The truth file omits every fifth candidate, to cover a partly known ranking. */
const isKnown = (index: number) => index % 5 !== 4;

let home: TestHome;
let rows: readonly RankingRow[];

beforeAll(async () => {
  home = testHome();
  rows = await runOverClasses({ home, id: 'one', samples: 60, draws: 2 });
  // `noisy` is independent of the ranking.
  const accuracies = {
    noisy: (index: number) => 60 + ((index * 7919) % 7),
    reversed: (index: number) => 60 + index,
  };
  writeTruth({ home, rows, accuracies, isKnown });
}, 300_000);
afterAll(() => home.remove(), 60_000);

test('a search that names a calibration ranks by it, and says so', async () => {
  const label = ['--truth', 'truth.csv', '--labels', '40', '--dataset', 'reversed', '--out', 'cal.json'];
  const { stdout } = await done(['calibrate', 'one', ...label, '--json'], { home });
  const found = JSON.parse(stdout);
  expect(found.evidence.crossValidated.own).toBeLessThan(-0.9);
  expect(found).toMatchObject({ labels: 40, dataset: 'reversed', file: 'cal.json' });
  expect(found.method).not.toBe('own');
  // A network with a label is not held out, whichever candidate of its class has the label.
  const { canonicalKey } = openSpace({ kind: 'nas-bench-201' });
  const { labelled } = JSON.parse(home.read('cal.json')) as { labelled: string[] };
  const known = rows.filter((_, index) => isKnown(index));
  const isLabelled = ({ candidate }: RankingRow) => labelled.includes(canonicalKey(candidate));
  expect(known.filter(isLabelled).length).toBeGreaterThan(40);
  const others = known.filter((row) => !isLabelled(row)).length;
  expect(found.evidence.heldOut.candidates).toBe(others);

  const given = JSON.parse(home.read('one.json'));
  const aggregation = { kind: 'calibrated', file: 'cal.json' };
  home.write('calibrated.json', JSON.stringify({ ...given, aggregation }));
  const run = ['run', 'calibrated.json', '--id', 'calibrated', '--json'];
  const summary = JSON.parse((await done(run, { home })).stdout);
  expect(summary).toMatchObject({
    scored: 0,
    calibration: { dataset: 'reversed', labels: 40, space: 'same' },
  });
  expect(summary.warnings).toEqual([
    expect.stringContaining('calibrated to 40 labels'),
    expect.stringContaining('8 samples for 64 channels'),
  ]);
  const truth = ['--truth', 'truth.csv', '--json'];
  const correlated = JSON.parse((await done(['correlate', 'calibrated', ...truth], { home })).stdout);
  expect(correlated.datasets[1].written.kendall).toBeGreaterThan(0.3);
  const compared = JSON.parse((await done(['compare', 'calibrated', 'one', ...truth], { home })).stdout);
  const [own] = compared.searches[0].datasets[1].rankers;
  expect(own.kendall.value).toBeCloseTo(correlated.datasets[1].written.kendall, 12);
  // The table has the labels too, and nobody should take the agreement with them for a result.
  expect(correlated.datasets[1].fitted).toBeGreaterThanOrEqual(40);
  expect(correlated.datasets[1].fitted).toBeLessThan(correlated.datasets[1].written.candidates);
  const [calibrated, plain] = compared.searches;
  expect(calibrated.datasets[1].fitted).toBe(correlated.datasets[1].fitted);
  expect(plain.datasets[1].fitted).toBe(0);
  const topics = ({ checklist }: { checklist: { topic: string }[] }) => checklist.map(({ topic }) => topic);
  expect(topics(calibrated)).toContain('labels');
  expect(topics(plain)).not.toContain('labels');
}, 300_000);

test('suggest names winners and a spread, and nothing that is known', async () => {
  const suggest = async (known: string, budget: string) =>
    (await done(['suggest', 'one', '--budget', budget, '--known', known, '--json'], { home })).stdout;
  const found: { candidate: string; why: string }[] = JSON.parse(await suggest('truth.csv', '4'));
  expect(found).toHaveLength(4);
  expect(found.map(({ why }) => why.split(':')[0])).toEqual(['winner', 'spread', 'spread', 'spread']);
  const classOf = (candidate: string) => rows.find((row) => row.candidate === candidate)!.class;
  const known = rows.filter((_, index) => isKnown(index)).map((row) => row.class);
  expect(found.filter(({ candidate }) => known.includes(classOf(candidate)))).toEqual([]);
  const { stdout: table } = await done(['suggest', 'one', '--csv'], { home });
  expect(table).toMatch(/^arch,accuracy\n/);
  // The table is what `--known` takes, also before any accuracy is filled in.
  home.write('open.csv', table);
  expect(await suggest('open.csv', '20')).toBe((await done(['suggest', 'one', '--json'], { home })).stdout);
  const { code, stderr } = await zeroscout(['suggest', 'one', '--known', 'none.csv'], { home });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^--known: none\.csv: no such file/)]);
  // The last member of a class is known: the class is not suggested by its first.
  const several = rows.filter(({ class: unit }, i) => rows.findIndex((row) => row.class === unit) < i);
  home.write('last.csv', `arch,a\n${several.map((row) => `${row.candidate},1\n`).join('')}`);
  const others: { candidate: string }[] = JSON.parse(await suggest('last.csv', '1000'));
  const lastKnown = several.map((row) => row.class);
  expect(others.filter(({ candidate }) => lastKnown.includes(classOf(candidate)))).toEqual([]);
});

test('what cannot be calibrated, and a calibration that does not fit, end with code 2', async () => {
  const given = JSON.parse(home.read('one.json'));
  const write = (name: string, changes: object) => home.write(name, JSON.stringify({ ...given, ...changes }));
  const aggregation = { kind: 'calibrated', file: 'cal.json' };
  write('evolves.json', { aggregation, strategy: { kind: 'evolution', budget: 30, population: 10 } });
  write('evolves-bare.json', { aggregation, strategy: 'evolution' });
  write('lacks.json', { aggregation, proxies: ['expressivity'] });
  write('absent.json', { aggregation: { kind: 'calibrated', file: 'none.json' } });
  write('weighted.json', { aggregation: { ...aggregation, weights: {} } });
  home.write('few.csv', `arch,noisy\n${rows[0]!.candidate},1\n${rows[1]!.candidate},2\n`);
  const sizeOf = (unit: string | undefined) => rows.filter((row) => row.class === unit).length;
  const largest = rows.toSorted((a, b) => sizeOf(b.class) - sizeOf(a.class)).slice(0, 10);
  expect(new Set(largest.map((row) => row.class)).size).toBeLessThan(10);
  home.write('same.csv', `arch,noisy\n${largest.map(({ candidate }, i) => `${candidate},${i}\n`).join('')}`);
  // Where every text is ranked for itself, those of one function are still one label.
  write('texts.json', { cohort: 'written' });
  await done(['run', 'texts.json', '--id', 'texts'], { home });
  const cases = [
    ['calibrate', 'one', '--truth', 'same.csv'],
    ['calibrate', 'texts', '--truth', 'same.csv'],
    ['calibrate', 'one', '--truth', 'truth.csv'],
    ['calibrate', 'one', '--truth', 'truth.csv', '--dataset', 'noise'],
    ['calibrate', 'one', '--truth', 'few.csv'],
    ...['evolves', 'evolves-bare', 'lacks', 'absent', 'weighted'].map((name) => ['validate', `${name}.json`]),
  ];
  const outcomes = await Promise.all(cases.map((args) => zeroscout(args, { home })));
  expect(outcomes.map(({ code }) => code)).toEqual(cases.map(() => 2));
  for (const { stderr } of outcomes.slice(0, 2))
    expect(stderr).toMatch(/^--labels: found labels of \d different networks; must be of 10/);
}, 300_000);
