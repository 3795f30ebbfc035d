// Tests that commands print each figure in the column and in the sentence that names it.
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { printCalibration } from '../../cli/render/calibration.js';
import { formatChanges, formatChangesLine } from '../../cli/render/changes.js';
import { printComparison } from '../../cli/render/comparison.js';
import { printCorrelation } from '../../cli/render/correlation.js';
import { speedometer } from '../../cli/render/follow-view.js';
import { formatLatencyCells } from '../../cli/render/latencies.js';
import {
  formatFixed,
  formatRankingTable,
  formatShownCount,
  formatSummary,
} from '../../cli/render/results.js';
import { detailsText } from '../../cli/render/schedules.js';
import { formatVerification } from '../../cli/render/verification.js';
import type { Agreement } from '../../client/results/correlate.js';
import { compareCohorts } from '../../core/comparison/comparison.js';
import { rankingAgreement } from '../../core/ranking/agreement.js';
import { noisyCohort } from '../support/noisy-cohort.js';

let said = '';
beforeEach(() => {
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += stripVTControlCharacters(String(text));
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

/** The cells of the rows that begin with this one, by the headings of their table. */
function rowOf(first: string, heading: string): Readonly<Record<string, string>> {
  const lines = said.split('\n').map((line) => line.trim().split(/ {2,}/));
  const at = lines.findIndex((cells) => cells.includes(heading));
  const row = lines.slice(at + 1).find(([cell]) => cell === first)!;
  return Object.fromEntries(lines[at]!.map((name, i) => [name, row[i] ?? '']));
}

const AGREEMENT = rankingAgreement(
  Array.from({ length: 60 }, (_, i) => ({
    score: -i,
    accuracy: 90 - ((i * 7 + 3) % 60) / 10,
    unit: String(i),
    flops: 1e6 * (i + 1),
  })),
);

function agreementOn(own: ReturnType<typeof rankingAgreement>): Agreement {
  return {
    ...own,
    dataset: 'cifar10',
    fitted: 0,
    trueBest: 90,
    top: own.top.map((each) => ({ ...each, flops: { k: each.k, mean: 80.5, best: 81.5 } })),
    baselines: { flops: own, parameters: null, depth: null, flopsAndResidual: null },
  };
}

test('correlate: a line of classes only where the ranking has them', () => {
  const rows = [3, 2, 1].map((score) => ({ score, accuracy: 80 + score, unit: `unit ${score}` }));
  const print = (units: readonly string[]) => {
    said = '';
    const own = rankingAgreement(rows.map((row, i) => ({ ...row, unit: units[i]! })));
    printCorrelation({ id: 'a', datasets: [agreementOn(own)], top50StabilityBetweenDraws: null });
    return said;
  };
  expect(print(['a', 'b', 'b'])).toMatch(/cifar10 +3 written.*cifar10 +2 classes/s);
  expect(print(['a', 'b', 'c'])).toMatch(/cifar10 +3 written/);
  expect(said).not.toMatch(/3 classes/);
});

test('correlate: mean, best and regret of each top', () => {
  const { top, classes } = AGREEMENT;
  const dataset = agreementOn(AGREEMENT);
  printCorrelation({ id: 'a', datasets: [dataset], top50StabilityBetweenDraws: 0.5 });
  const ten = said.split('\n').find((line) => /^cifar10 +10 /.test(line))!;
  const { mean, best, regret } = top.find(({ k }) => k === 10)!;
  const written = [mean, best, regret, 80.5, 81.5, 90].map((value) => value.toFixed(2));
  expect(ten.trim().split(/ +/)).toEqual(['cifar10', '10', ...written]);
  expect(new Set(written).size).toBe(6);
  expect(rowOf('this ranking', 'better half')).toMatchObject({
    tau: formatFixed(classes.kendall, 3),
    rho: formatFixed(classes.spearman, 3),
    'top 10': mean.toFixed(2),
  });
});

test('compare: estimates with half of their intervals, cost, and who is Pareto-optimal', () => {
  const cohort = noisyCohort();
  const accuracies = cohort.units.map((_, unit) => ({ unit, accuracy: 60 + ((unit * 13) % 40) / 4 }));
  const comparison = compareCohorts({
    searches: [
      {
        cohort,
        space: { kind: 'nas-bench-201' },
        known: new Map([['cifar10', accuracies]]),
        millisecondsPerCandidate: 12.5,
        costs: {
          candidates: 3,
          together: 10,
          families: [
            { family: 'az-nas', proxies: ['expressivity', 'complexity'], alone: 4, added: 3 },
            { family: 'naswot', proxies: ['naswot'], alone: 7, added: 6 },
          ],
        },
      },
    ] as never,
    differ: () => [],
  });
  printComparison(comparison);
  const { rankers } = comparison.searches[0]!.datasets[0]!;
  for (const { name, kendall, top } of rankers) {
    const row = rowOf(name, '+-');
    expect(row).toMatchObject({ tau: formatFixed(kendall.value, 3) });
    if (kendall.interval)
      expect(row['+-']).toBe(formatFixed((kendall.interval[1] - kendall.interval[0]) / 2, 3));
    expect(row['regret 10']).toBe(formatFixed(top[1]!.regret.value, 2));
    expect(row['top 1']).toBe(formatFixed(top[0]!.mean.value, 2));
  }
  const timed = rankers.filter(({ milliseconds }) => milliseconds !== null);
  expect(timed.length).toBeGreaterThan(1);
  const shown = said
    .slice(said.indexOf('quality against cost'))
    .split('\n\n')[0]!
    .split('\n')
    .slice(2)
    .map((line) => line.trim().split(/ {2,}/));
  const times = shown.map(([, milliseconds]) => Number(milliseconds));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  const optimal = timed.filter(({ paretoOptimal }) => paretoOptimal).map(({ name }) => name);
  expect(
    shown
      .filter((cells) => cells[3] === '*')
      .map(([name]) => name)
      .sort(),
  ).toEqual(optimal.sort());
});

test('compare: of a handful of known accuracies, tops of as many and no interval', () => {
  const cohort = noisyCohort();
  const known = new Map([['cifar10', [0, 1, 2].map((unit) => ({ unit, accuracy: 90 + unit }))]]);
  const search = { cohort, space: { kind: 'nas-bench-201' }, known, millisecondsPerCandidate: null };
  printComparison(compareCohorts({ searches: [search], differ: () => [] }));
  expect(said).toMatch(/top 1 +top 3 +regret 3$/m);
  expect(said).toMatch(/^this ranking .* 91\.00 +0\.00$/m);
  expect(said).not.toMatch(/regret 10|top 50|bootstrap/);
  expect(said).toContain('+-: no interval, because fewer than five different networks are known');
});

test('progress: a round of a screening counts from 0, and its rate is not negative', () => {
  const speed = speedometer();
  speed({ now: 1, planned: 12, round: { number: 1, of: 2 } });
  speed({ now: 12, planned: 12, round: { number: 1, of: 2 } });
  expect(speed({ now: 0, planned: 6, round: { number: 2, of: 2 } })).toEqual({ rate: '0.0', left: '-' });
});

test('diff: from the earlier rank to the later one', () => {
  const none = { count: 0, first: [] };
  const diff = {
    a: { id: 'old', candidates: 5, failed: 1 },
    b: { id: 'new', candidates: 6, failed: 2 },
    top: 3,
    entered: { count: 1, first: [{ candidate: 'up', from: 9, to: 2 }] },
    left: none,
    moves: { count: 2, first: [{ candidate: 'down', from: 1, to: 4, moved: -3 }] },
    appeared: none,
    vanished: none,
    failures: { count: 1, first: [{ candidate: 'bad', from: undefined, to: 'crash' }] },
  } as unknown as Parameters<typeof formatChanges>[0];
  const lines = stripVTControlCharacters(formatChanges(diff)).split('\n');
  expect(lines[0]).toBe('old (5 ranked, 1 set aside) -> new (6 ranked, 2 set aside)');
  for (const line of ['up  9 -> 2', 'down  1 -> 4  -3', 'bad  - -> crash', 'and 1 more'])
    expect(lines.map((each) => each.trim())).toContain(line);
  // Of a candidate that other new ones overtook, the move differs from the difference of its ranks.
  expect(lines).toContain('  2 moved among the candidates of both');
  expect(formatChangesLine(diff)).toBe('since old: 1 entered the top 3, 2 moved, 1 failures changed');
});

test('calibrate: fitted weights before those of the search', () => {
  printCalibration({
    labels: 20,
    dataset: 'cifar10',
    method: 'weights',
    evidence: {
      crossValidated: { own: 0.1, weights: 0.2, model: 0.3 },
      betterThanOwn: { weights: 0.9, model: 0.4 },
      chance: { weights: 0.02, model: 0.5 },
      heldOut: { candidates: 33, own: 0.4, weights: 0.5, model: 0.6 },
    },
    proxies: ['expressivity', 'naswot'],
    weights: [1, 0.5],
    fittedWeights: [0.25, 2],
  } as never);
  expect(said).toContain('expressivity 0.25 (1), naswot 2.00 (0.5)');
  expect(rowOf('fitted weights', 'better in')).toEqual({
    by: 'fitted weights',
    'tau, left out': '0.200',
    'better in': '90 %',
    'by chance': '2 %',
    'tau of 33 others': '0.500',
  });
});

test('results: costs for the images that people see, infinities with their sign, counts by name', () => {
  const row = {
    rank: 2,
    candidate: 'c',
    score: Number.NEGATIVE_INFINITY,
    proxies: {
      expressivity: 1.5,
      progressivity: -0.25,
      trainability: Number.POSITIVE_INFINITY,
      complexity: 7e6,
    },
    parameters: 3.25e6,
  };
  const [, line] = formatRankingTable([row], new Map([['c', { latency: 6.3, low: 6.2, high: 6.5 }]]), {
    width: Number.POSITIVE_INFINITY,
    flopsOf: () => 30e6,
  }).split('\n');
  expect(line!.trim().split(/ {2,}/)).toEqual([
    '2',
    'c',
    '-inf',
    '1.500',
    '-0.2500',
    'inf',
    '30.00',
    '3.250',
    '6.30',
    '6.20 to 6.50',
  ]);
  expect(formatLatencyCells(undefined)).toEqual(['-', '']);
  expect(formatShownCount({ shown: 20, total: 20 })).toBe('all 20 ranked candidates');
  expect(formatShownCount({ shown: 19, total: 20 })).toMatch(/^the first 19 of 20 /);
  const summary = {
    id: 'a',
    candidates: 20,
    scored: 11,
    reused: 6,
    failed: 3,
    seconds: 5,
    millisecondsPerCandidate: 450,
    drawn: { proposed: 40, duplicates: 2, rejected: { flops: 10 } },
    generations: 4,
    correlation: { cifar10: { kendall: 0.25, spearman: 0.5 }, rare: { kendall: null, spearman: null } },
  } as unknown as Parameters<typeof formatSummary>[0];
  expect(formatSummary(summary).split('\n')).toEqual([
    '20 candidates: 11 scored, 6 reused, 3 set aside',
    '5.0 s, 450.0 ms a candidate',
    expect.stringMatching(/^4 generations; 40 drawn, 25\.0 % rejected/),
    "cifar10: Kendall's tau 0.250, Spearman's rho 0.500",
    expect.stringMatching(/^rare: no agreement to report; it takes two ranked candidates/),
  ]);
});

test('status: what was verified, and the runs of a schedule', () => {
  const [verified, not] = formatVerification({
    scores: 100,
    verified: 10,
    notVerified: 2,
    disagreements: 1,
    examples: [],
    setAside: [],
    suspected: [],
    discarded: 0,
  }).map(stripVTControlCharacters);
  expect(verified).toBe('verified: 10 of 100 scores computed again by another worker, 1 disagree');
  expect(not).toBe('not verified: 2 scores (no second worker)');
  const lines = detailsText({
    name: 'nightly',
    state: 'active',
    cron: '0 2 * * *',
    timezone: 'UTC',
    jitter: '0s',
    overlap: 'skip',
    catchup: '1h',
    pauseOnFailure: true,
    skipped: 3,
    missed: 4,
    specification: { name: 'test', space: { kind: 'nas-bench-201' } },
    coming: [],
    runs: [],
    started: 0,
  } as never).split('\n');
  expect(lines).toContain('  overlap  skip; 3 skipped so far');
  expect(lines).toContain('  catch up 1h; 4 missed so far');
});
