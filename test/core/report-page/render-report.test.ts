// Tests reports over small rankings: every text is escaped, nothing is requested, and degenerate data render.
import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../core/report-page/render-report.js';
import type { ReportData } from '../../../core/report-page/report-data.js';
import { makeReport, noise } from './report-data.js';

const HOSTILE = `<script>alert(1)</script>"' onload="x" <img src=http://evil.example/x>&\u0000\u001b[31m`;

/** The tags of a document, without the texts between them. */
const tagsOf = (page: string) => page.match(/<[^>]*>/g) ?? [];
/** Sections by the ids of their headings. */
const sectionsOf = (page: string) => [...page.matchAll(/<section id="([a-z]+)">/g)].map(([, id]) => id);

/** The faults of a document: open elements, forbidden tags and attributes, numbers that are none. */
function faultsOf(page: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  const body = page.replace(/<style>[\s\S]*?<\/style>/, '');
  for (const tag of tagsOf(body)) {
    const [, slash, name = ''] = /^<(\/?)([a-z0-9]+)/i.exec(tag) ?? [];
    if (/^(script|iframe|object|embed|link|img|base|form|use|foreignobject)$/i.test(name)) faults.push(tag);
    if (/\s(src|action|on\w+|style|xlink:href)\s*=/i.test(tag)) faults.push(tag);
    if (/\shref="(?!#)/.test(tag)) faults.push(tag);
    if (/NaN|undefined|Infinity/.test(tag)) faults.push(tag);
    if (/^(meta|!doctype)$/i.test(name) || name === '' || tag.endsWith('/>')) continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) faults.push(`${tag} closes another element`);
  }
  const ids = [...body.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
  if (new Set(ids).size !== ids.length) faults.push('an id stands twice');
  for (const [, of = ''] of body.matchAll(/aria-labelledby="([^"]*)"/g))
    for (const id of of.split(' ')) if (!ids.includes(id)) faults.push(`no element ${id}`);
  if (/>[^<]*\b(NaN|undefined|Infinity)\b/.test(body)) faults.push('a text that is no number');
  return [...faults, ...open];
}

describe('a report', () => {
  const page = renderReport(makeReport({ count: 60, accuracyOf: (i) => 90 - i / 10 + noise(i, 9) }));

  it('has every section, headings in order, and a description of each picture', () => {
    expect(faultsOf(page)).toEqual([]);
    expect(sectionsOf(page)).toEqual([
      'summary',
      'checklist',
      'ranking',
      'winners',
      'costs',
      'accuracies',
      'stability',
      'proxies',
      'searched',
      'specification',
    ]);
    const levels = [...page.matchAll(/<h([1-6])>/g)].map(([, level]) => Number(level));
    expect(levels[0]).toBe(1);
    expect(levels.every((level, i) => i === 0 || level - levels[i - 1]! <= 1)).toBe(true);
    const pictures = page.match(/<svg [^>]*>\s*<title/g) ?? [];
    expect(pictures.length).toBe((page.match(/<svg/g) ?? []).length);
    expect(pictures.length).toBeGreaterThanOrEqual(8);
  });

  it('forbids scripts, requests and foreign styles by its own policy', () => {
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/unsafe-|http:\/\/|https:\/\//);
  });

  it('is the same bytes for the same data', () => {
    const again = renderReport(makeReport({ count: 60, accuracyOf: (i) => 90 - i / 10 + noise(i, 9) }));
    expect(again).toBe(page);
  });
});

it('says that the functions of a screening are those of its last round', () => {
  const made = makeReport({ count: 30 });
  const rounds = [60, 31, 12].map((candidates) => ({ candidates, reused: 0, failed: 0, seconds: 1 }));
  const textOf = (more: object) =>
    renderReport({
      ...made,
      summary: { ...made.summary, classes: 11, shared: 1, ...more } as never,
    }).replaceAll(/<[^>]*>/g, ' ');
  expect(textOf({ rounds })).toMatch(/distinct functions in the last round\s+11; 1 candidate shares/);
  expect(textOf({})).toMatch(/distinct functions\s+11; 1 candidate shares/);
});

it('escapes hostile names of candidates, searches, proxies, data sets and reasons', () => {
  const made = makeReport({
    count: 30,
    nameOf: (i) => `${HOSTILE}${i}`,
    proxies: {
      [HOSTILE]: (i, draw) => -i + noise(i, draw),
      other: (i) => noise(i, 5),
    },
    accuracyOf: (i) => 90 - i,
  });
  const data: ReportData = {
    ...made,
    facts: {
      ...made.facts,
      id: HOSTILE,
      name: HOSTILE,
      space: HOSTILE,
      specification: HOSTILE,
      engine: HOSTILE,
    },
    summary: { ...made.summary, warnings: [HOSTILE], ended: HOSTILE },
    known: made.known.map((each) => ({ ...each, dataset: HOSTILE })),
    failures: [{ candidate: HOSTILE, reason: HOSTILE, detail: HOSTILE }],
    winners: made.winners.map((winner) => ({ ...winner, drawing: { missing: HOSTILE } })),
  };
  const page = renderReport(data);
  expect(faultsOf(page)).toEqual([]);
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
  expect(page).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
});

describe('degenerate rankings', () => {
  const sections = (data: ReportData) => {
    const page = renderReport(data);
    expect(faultsOf(page)).toEqual([]);
    return sectionsOf(page);
  };

  it('one candidate', () => {
    expect(sections(makeReport({ count: 1 }))).toContain('ranking');
  });

  it('proxies that are constant, or infinite for every candidate', () => {
    const proxies = {
      constant: () => 3,
      infinite: () => Number.NEGATIVE_INFINITY,
      odd: () => Number.POSITIVE_INFINITY,
    };
    expect(sections(makeReport({ count: 12, proxies }))).toContain('proxies');
  });

  it('one draw: the section on stability says that it is not known', () => {
    const page = renderReport(makeReport({ count: 12, draws: 1 }));
    expect(faultsOf(page)).toEqual([]);
    expect(page).toContain('fidelity.draws');
    expect(page).not.toContain('id="ranks"');
  });

  it('few networks: it says of their first fifth how many stay there', () => {
    const page = renderReport(makeReport({ count: 30, draws: 3 }));
    expect(page).toMatch(/the best stays first in [^<]*, [^<]* of the first 6 stay there/);
    expect(page).not.toContain('of the first 10 stay there');
    expect(renderReport(makeReport({ count: 60, draws: 3 }))).toContain('of the first 10 stay there');
  });

  it('says by what candidates are ranked', () => {
    const page = renderReport(makeReport({ count: 12 }));
    expect(page).toMatch(/ranked by<\/(dt|th)>\s*<(dd|td)[^>]*>log-rank: expressivity \+ complexity</);
  });

  it('failed candidates only', () => {
    const made = makeReport({ count: 0 });
    const failures = [1, 2, 3].map((i) => ({ candidate: `c${i}`, reason: 'crash', detail: 'it ended' }));
    const summary = { ...made.summary, candidates: 3, failed: 3, scored: 0 };
    expect(sections({ ...made, failures, summary })).toEqual([
      'summary',
      'checklist',
      'searched',
      'failures',
      'specification',
    ]);
  });

  it('costs that are not known', () => {
    const page = sections(makeReport({ count: 12, flopsOf: 'unknown' }));
    expect(page).toContain('costs');
  });

  it('accuracies in percent, of which one is below 1, have as many decimals as the others', () => {
    const accuracies = Float64Array.from({ length: 12 }, (_, i) => (i === 0 ? 0.5 : 90 - i));
    const page = renderReport({ ...makeReport({ count: 12 }), known: [{ dataset: 'own', accuracies }] });
    expect(page).toContain('The first of them in the ranking has 0.50, the best of its first ten 89.00');
  });

  it('an accuracy that is known for a single candidate', () => {
    const made = makeReport({ count: 12 });
    const accuracies = new Float64Array(12).fill(Number.NaN);
    accuracies[3] = 91;
    expect(sections({ ...made, known: [{ dataset: 'own', accuracies }] })).not.toContain('accuracies');
  });

  it('accuracies of others than the first of the ranking, of which none is called rank 1', () => {
    const made = makeReport({ count: 12 });
    const accuracies = Float64Array.from({ length: 12 }, (_, i) => (i < 3 ? Number.NaN : 90 - i));
    const page = renderReport({ ...made, known: [{ dataset: 'own', accuracies }] });
    const table = page
      .split('<table')
      .find((each) => each.includes('<caption>What the ranking puts first, among'));
    expect(table).toContain('87.00');
    expect(table!.split('</table>')[0]).not.toContain('rank 1');
  });
});

it('an evolution is drawn by generation, and another search beside it', () => {
  const made = makeReport({ count: 40 });
  const changes = {
    a: { id: 'other', candidates: 40, failed: 0 },
    b: { id: 'small-1a2b', candidates: 40, failed: 0 },
    top: 20,
    entered: { count: 1, first: [{ candidate: 'candidate-1', from: 21, to: 3 }] },
    left: { count: 1, first: [{ candidate: 'candidate-2', from: 2, to: null }] },
    moves: { count: 0, first: [] },
    appeared: { count: 0, first: [] },
    vanished: { count: 0, first: [] },
    failures: { count: 0, first: [] },
  };
  const ranks = Float64Array.from({ length: 40 }, (_, i) => i + 1);
  const page = renderReport({
    ...made,
    generations: [1, 2, 3].map((i) => ({
      candidates: 10,
      best: -3 / i,
      mean: -6 / i,
      diversity: 1 / i,
      drawn: { proposed: 20, rejected: i, duplicates: 2 },
    })),
    others: [
      {
        id: 'other',
        between: {
          searches: ['small-1a2b', 'other'],
          differ: ['seed'],
          candidates: 40,
          ranked: [40, 40],
          kendall: 0.5,
          spearman: null,
          shared: [],
        },
        changes,
        ranks: { here: ranks, there: ranks.toReversed() },
      },
    ],
  });
  expect(faultsOf(page)).toEqual([]);
  expect(sectionsOf(page)).toEqual(expect.arrayContaining(['evolution', 'others']));
  expect(page).toContain('not ranked');
  expect(page).toContain('id="variety-chart-title"');
});

it('a ranking of 20,000 candidates stays below 2 MB', () => {
  const made = makeReport({ count: 0 });
  const values = Float64Array.from({ length: 20_000 }, (_, i) => noise(i, 2));
  const page = renderReport({
    ...made,
    top: makeReport({ count: 20 }).top,
    columns: {
      score: values,
      flops: values.toReversed(),
      parameters: values,
      proxies: { a: values, b: values },
    },
    known: [{ dataset: 'own', accuracies: values.toReversed() }],
  });
  expect(faultsOf(page)).toEqual([]);
  expect(page.length).toBeLessThan(2_000_000);
  expect(page).toContain('counted in cells');
});
