// Tests the exact text of rankings, failures and summaries, and reading them back.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpecError, TerminalError } from '../../../core/errors.js';
import { failuresCsv } from '../../../core/report/failures-csv.js';
import {
  createRankingReader,
  extraColumns,
  proxiesIn,
  type RankingRow,
  rankingHeader,
  rankingLines,
  readRankingCsv,
} from '../../../core/report/ranking-csv.js';
import { formatSummary, parseSummary } from '../../../core/report/summary.js';
import { PROXIES } from '../../../core/specification/specification.js';
import { formatNumber, parseNumber } from '../../../core/text/numbers.js';
import { fromTextCell, textCell } from '../../../core/text/text-cell.js';

const HEADER = 'rank,candidate,score,expressivity,progressivity,trainability,complexity,parameters';

describe('numbers', () => {
  it('writes infinities as words and refuses NaN', () => {
    expect([-Infinity, Infinity, 0.1, -0, 1e-7, 1e21, 153273344].map(formatNumber)).toEqual([
      '-inf',
      'inf',
      '0.1',
      '0',
      '1e-7',
      '1e+21',
      '153273344',
    ]);
    expect(() => formatNumber(NaN)).toThrow(TerminalError);
  });

  it('reads back every number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(parseNumber(formatNumber(value))).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  it.each(['', ' 1', 'NaN', 'nan', '0x1', '1_0', 'Infinity', '1,5', '--1', '1.'])('refuses %j', (text) => {
    expect(() => parseNumber(text)).toThrow(RangeError);
  });
});

describe('text cells', () => {
  it.each([
    ['|avg_pool_3x3~0|', '|avg_pool_3x3~0|'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['=1+1', "'=1+1"],
    ['@x', "'@x"],
    ['+cmd|x', "'+cmd|x"],
    ['-5.5e3', '-5.5e3'],
    ['\tx', '"\'\tx"'],
    ['\rx', '"\'\rx"'],
    ["'=x", "''=x"],
  ])('%j is %j', (text, cell) => {
    expect(textCell(text)).toBe(cell);
  });

  it('have one text each', () => {
    const awkward = fc.string({
      unit: fc.constantFrom("'", '=', '-', '1', '"', '\t', '\r', '\n', ',', 'x'),
      maxLength: 6,
    });
    fc.assert(
      fc.property(awkward, (text) => {
        const cell = textCell(text);
        const inner = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
        expect(fromTextCell(inner)).toBe(text);
      }),
    );
  });
});

describe('ranking.csv', () => {
  const header = rankingHeader({ cohort: 'written' });
  const rows: RankingRow[] = [
    { rank: 1, candidate: '|a|', score: 0, proxies: { expressivity: 1.25, complexity: 7 }, parameters: 10 },
    {
      rank: 2,
      candidate: 'x,"y"',
      score: -1.5,
      proxies: { expressivity: -Infinity, complexity: 1e21 },
      parameters: 20,
    },
  ];

  it('is this text', () => {
    expect(header + rankingLines(rows)).toBe(
      `${HEADER}\n1,|a|,0,1.25,,,7,10\n2,"x,""y""",-1.5,-inf,,,1e+21,20\n`,
    );
    expect(rankingHeader({ cohort: 'classes' })).toBe(`${HEADER},class\n`);
    expect(rankingLines([{ ...rows[0]!, class: '|b|' }])).toBe('1,|a|,0,1.25,,,7,10,|b|\n');
  });

  it('refuses NaN', () => {
    expect(() => rankingLines([{ ...rows[0]!, score: NaN }])).toThrow(TerminalError);
  });

  it('reads back', () => {
    const number = fc.double({ noNaN: true }).map((v) => (v === 0 ? 0 : v));
    const row = fc.record({
      candidate: fc.string({
        unit: fc.constantFrom("'", '=', '-', '1', '"', '\t', '\r', '\n', ',', 'x', ' '),
        maxLength: 6,
      }),
      score: number,
      raw: fc.array(number, { minLength: PROXIES.length, maxLength: PROXIES.length }),
      parameters: fc.nat(),
    });
    const pieces = fc.array(fc.nat(200), { maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(row),
        fc.subarray(PROXIES.filter((name) => name !== 'parameters')),
        pieces,
        (written, chosen, cuts) => {
          const expected = written.map(({ candidate, score, raw, parameters }, index) => ({
            rank: index + 1,
            candidate,
            score,
            proxies: Object.fromEntries(chosen.map((name) => [name, raw[PROXIES.indexOf(name)]!])),
            parameters,
          }));
          const proxies = { proxies: chosen };
          const header = rankingHeader({ cohort: 'written', ...proxies });
          const text = header + rankingLines(expected, proxies);
          expect(readRankingCsv(text)).toEqual(expected);
          const reader = createRankingReader();
          const ends = [0, ...cuts.sort((a, b) => a - b), text.length];
          const read = ends.flatMap((end, i) => reader.push(text.slice(ends[i - 1] ?? 0, end)));
          expect([...read, ...reader.end()]).toEqual(expected);
        },
      ),
    );
  });

  it('has latencies as its last column, and is read by its header: columns of before, after and in another order', () => {
    const row = { rank: 1, candidate: '|a|', score: 1, proxies: { complexity: 2 }, parameters: 3 };
    const rows = [
      { ...row, class: '|b|', latency: 6.31 },
      { ...row, rank: 2, class: '|b|', latency: null },
    ];
    expect(extraColumns(rows)).toEqual(['class', 'latency']);
    const text = rankingHeader({ cohort: 'classes', columns: extraColumns(rows) }) + rankingLines(rows);
    expect(text).toBe(`${HEADER},class,latency\n1,|a|,1,,,,2,3,|b|,6.31\n2,|a|,1,,,,2,3,|b|,\n`);
    expect(readRankingCsv(text)).toEqual(rows);
    expect(readRankingCsv(`${HEADER}\n1,|a|,1,,,,2,3\n`)).toEqual([row]);
    expect(readRankingCsv(`colour,latency,${HEADER}\nred,5,1,|a|,1,,,,2,3\n`)).toEqual([
      { ...row, latency: 5 },
    ]);
    expect(() => readRankingCsv(`${HEADER},score\n`)).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ file: 'ranking.csv', line: 1 })] }),
    );
  });

  it('says its own proxies: one that this release does not know, and one that the file lacks', () => {
    const text = 'rank,candidate,score,expressivity,zen,parameters\n1,|a|,2,1.5,-inf,3\n2,|b|,1,1,,4\n';
    const read = readRankingCsv(text);
    expect(read.map(({ proxies }) => proxies)).toEqual([
      { expressivity: 1.5, zen: -Infinity },
      { expressivity: 1 },
    ]);
    const proxies = proxiesIn(read);
    const written = rankingHeader({ cohort: 'written', proxies }) + rankingLines(read, { proxies });
    expect(written.split('\n')[0]).toBe(HEADER.replace(',parameters', ',zen,parameters'));
    expect(readRankingCsv(written)).toEqual(read);
    expect(() => readRankingCsv(text.replace('1.5', 'high'))).toThrow(
      expect.objectContaining({ name: 'SpecError', message: expect.stringContaining('"high"') }),
    );
    expect(() => readRankingCsv('rank,candidate,expressivity,parameters\n')).toThrow(
      expect.objectContaining({ name: 'SpecError', message: expect.stringContaining('score') }),
    );
  });

  it('reads any name of a column, and writes it as it was', () => {
    const text = 'rank,candidate,score,__proto__,constructor,"a,""b""",parameters\n1,x,1,5,6,7,3\n';
    const [row] = readRankingCsv(text);
    expect(Object.entries(row!.proxies)).toEqual([
      ['__proto__', 5],
      ['constructor', 6],
      ['a,"b"', 7],
    ]);
    const again = rankingHeader({ cohort: 'written', proxies: proxiesIn([row!]) }) + rankingLines([row!]);
    expect(readRankingCsv(again)).toEqual([row]);
  });

  it.each([
    ['', 'ranking.csv:1: not a ranking'],
    ['a,b\n', 'ranking.csv:1: not a ranking'],
    [`,${HEADER}\n0,1,|a|,1,,,,2,3\n`, 'ranking.csv:1: column 1 of 9 has no name'],
    [`${HEADER},,\n1,|a|,1,,,,2,3,,\n`, 'ranking.csv:1: column 9 of 10 has no name'],
    [`${HEADER}\n1,x\n`, 'ranking.csv, row 1: found 2 cells; must be 8'],
    [`${HEADER}\n1,"x\n`, 'ranking.csv: not a ranking'],
    [`${HEADER}\n1,x,NaN,,,,,1\n`, 'ranking.csv, row 1: found "NaN"'],
    [`${HEADER}\n2,x,1,,,,,1\n`, 'ranking.csv, row 1: found rank 2; rows are missing'],
  ])('refuses %j', (text, message) => {
    expect(() => readRankingCsv(text)).toThrow(SpecError);
    expect(() => readRankingCsv(text)).toThrow(message);
  });
});

describe('failures.csv', () => {
  it('is this text', () => {
    expect([...failuresCsv([])]).toEqual(['candidate,reason,detail\n']);
    expect(
      [...failuresCsv([{ candidate: '|a|', reason: 'crash', detail: '=signal 9,\nexit' }])].join(''),
    ).toBe('candidate,reason,detail\n|a|,crash,"\'=signal 9,\nexit"\n');
  });
});

describe('summary.json', () => {
  const summary = {
    name: 'a',
    id: 'a-1',
    candidates: 10,
    scored: 7,
    reused: 2,
    failed: 1,
    seconds: 1.5,
    millisecondsPerCandidate: 214.2,
    rankingSha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    correlation: { cifar10: { kendall: 0.5, spearman: null } },
  };

  it('reads back, with keys of later versions', () => {
    expect(parseSummary({ text: formatSummary(summary), source: 's' })).toEqual(summary);
    const later = JSON.stringify({ ...summary, more: 1 });
    expect(parseSummary({ text: later, source: 's' })).toEqual({ ...summary, more: 1 });
  });

  it('refuses NaN and what is no summary', () => {
    expect(() => formatSummary({ ...summary, seconds: NaN })).toThrow(/^seconds: /);
    expect(() => parseSummary({ text: '{}', source: 's' })).toThrow(SpecError);
    expect(() => parseSummary({ text: '[]', source: 's.json' })).toThrow(/^s\.json: /);
    expect(() => parseSummary({ text: 'x', source: 's.json' })).toThrow(/^s\.json: not JSON/);
  });
});
