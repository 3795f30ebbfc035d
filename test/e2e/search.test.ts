// Tests one search with the built command line, from the specification to its files, read back in every
// format.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readState } from '../../client/embedded/state.js';
import { readRankingCsv } from '../../core/report/ranking-csv.js';
import { type TestHome, testHome } from '../support/home.js';
import { isMissing } from '../support/shared.js';
import { done, environment, type Outcome, ROOT, specification, zeroscout } from '../support/zeroscout.js';

const SAMPLES = 40;
const TRUTH = join(process.env.ZEROSCOUT_SHARED ?? join(ROOT, '../shared'), 'nb201/accuracy.csv');

let home: TestHome;
let first: Outcome;
const cli = (...args: string[]) => done(args, { home });
const summaryOf = (folder: string) => JSON.parse(home.read(join(folder, 'summary.json')));

beforeAll(async () => {
  home = testHome();
  home.write('search.json', specification({ samples: SAMPLES, changes: { cohort: 'classes' } }));
  first = await cli('run', 'search.json', '--id', 'first', '--out', 'out');
}, 300_000);
afterAll(() => home.remove(), 60_000);

test('a fresh home: the search ends with its three files and the top ten', () => {
  expect(first.code).toBe(0);
  const lines = home.read('out/ranking.csv').trimEnd().split('\n');
  expect(lines[0]).toBe(
    'rank,candidate,score,expressivity,progressivity,trainability,complexity,residual,mean-expressivity,spatial-depth,activations,parameters,class',
  );
  expect(lines).toHaveLength(1 + SAMPLES);
  expect(lines[1]).toMatch(/^1,\|[a-z0-9_]+~0\|\+\|.*\|,-?[\d.e+-]+,/);
  expect(home.read('out/failures.csv')).toBe('candidate,reason,detail\n');
  expect(summaryOf('out')).toMatchObject({
    name: 'sample',
    candidates: SAMPLES,
    scored: SAMPLES,
    reused: 0,
    failed: 0,
    seconds: expect.any(Number),
    millisecondsPerCandidate: expect.any(Number),
    rankingSha256: createHash('sha256').update(home.read('out/ranking.csv')).digest('hex'),
  });
  const rows = readRankingCsv(home.read('out/ranking.csv'));
  expect(first.stdout).toContain(rows[0]!.candidate);
  expect(first.stdout).toContain(rows[9]!.candidate);
  expect(first.stdout).not.toContain(rows[10]!.candidate);
  expect(first.stdout).toContain(`${SAMPLES} candidates: ${SAMPLES} scored, 0 reused, 0 set aside`);
  expect(first.stderr).toMatch(/watch it at http:\/\/127(?:\.\d+){3}:\d+/);
});

test('a search that is finished says so, keeps its record and gives its files again', async () => {
  const before = (await cli('status', 'first', '--json')).stdout;
  const { stdout, stderr } = await cli('run', 'search.json', '--id', 'first', '--out', 'kept', '--json');
  expect(stderr).toMatch(/search first finished at \d\d:\d\d, .*--again/);
  expect(JSON.parse(stdout)).toEqual(summaryOf('out'));
  expect(home.read('kept/ranking.csv')).toBe(home.read('out/ranking.csv'));
  expect((await cli('status', 'first', '--json')).stdout).toBe(before);
  const { stderr: told } = await cli('run', 'search.json', '--id', 'first', '--detach');
  expect(told).toContain('nothing to do');
}, 60_000);

test('--again: every score reused, same bytes; --json alone on stdout', async () => {
  const { stdout } = await cli('run', 'search.json', '--id', 'first', '--again', '--out', 'again', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ scored: 0, reused: SAMPLES, millisecondsPerCandidate: 0 });
  expect(home.read('again/ranking.csv')).toBe(home.read('out/ranking.csv'));
  expect(summaryOf('again')).toEqual(JSON.parse(stdout));
}, 60_000);

test.skipIf(isMissing(TRUTH))(
  `--truth: correlations printed and in the summary (needs ${TRUTH})`,
  async () => {
    const datasets = readFileSync(TRUTH, 'utf8').split('\n')[0]!.split(',').slice(1);
    const { stdout } = await cli('run', 'search.json', '--out', 'truth', '--truth', TRUTH);
    const { correlation, reused } = summaryOf('truth');
    expect(reused).toBe(SAMPLES);
    expect(Object.keys(correlation)).toEqual(datasets);
    for (const dataset of datasets) {
      const { kendall, spearman } = correlation[dataset];
      expect(Math.abs(kendall)).toBeLessThanOrEqual(1);
      expect(stdout).toContain(
        `${dataset}: Kendall's tau ${kendall.toFixed(3)}, Spearman's rho ${spearman.toFixed(3)}`,
      );
    }
    expect(home.read('truth/ranking.csv')).toBe(home.read('out/ranking.csv'));
  },
  60_000,
);

describe('a finished search is read back', () => {
  test('status: the list, one search, an id that is not there', async () => {
    const [list, listed, one, oneJson, none] = await Promise.all([
      cli('status'),
      cli('status', '--json'),
      cli('status', 'first'),
      cli('status', 'first', '--json'),
      zeroscout(['status', 'nobody'], { home }),
    ]);
    expect(list.stdout).toMatch(/first +nas-bench-201 +completed/);
    expect(JSON.parse(listed.stdout)[0]).toMatchObject({ space: 'nas-bench-201', state: 'completed' });
    expect(one.stdout).toContain('first: completed');
    expect(JSON.parse(oneJson.stdout)).toMatchObject({ id: 'first', name: 'sample', state: 'completed' });
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/no search "nobody"; known: .*first/);
  }, 60_000);

  test('an id by its beginning, the newest one by @last', async () => {
    const full = JSON.parse((await cli('status', 'fir', '--json')).stdout);
    expect(full).toMatchObject({ id: 'first' });
    const newest = JSON.parse((await cli('status', '--json', '--limit', '1')).stdout)[0];
    expect(JSON.parse((await cli('status', '@last', '--json')).stdout).id).toBe(newest.id);
  }, 60_000);

  test('watch of a finished search says what it did', async () => {
    const { stdout } = await cli('watch', 'first');
    expect(stdout).toContain(`${SAMPLES} candidates`);
  }, 30_000);

  test('results: table, csv, json, the first few', async () => {
    const [table, csv, top, json, wrong] = await Promise.all([
      cli('results', 'first'),
      cli('results', 'first', '--format', 'csv'),
      cli('results', 'first', '--format', 'csv', '--top', '3'),
      cli('results', 'first', '--json', '--top', '2'),
      zeroscout(['results', 'first', '--format', 'xml'], { home }),
    ]);
    const ranking = home.read('out/ranking.csv');
    expect(csv.stdout).toBe(ranking);
    expect(top.stdout).toBe(`${ranking.split('\n').slice(0, 4).join('\n')}\n`);
    const rows = readRankingCsv(ranking);
    expect(table.stdout).toContain(rows[0]!.candidate);
    expect(table.stdout).toContain(`the first 20 of ${SAMPLES} `);
    expect(first.stdout).toMatch(new RegExp(`the first 10 of ${SAMPLES} .*zeroscout results first --top N`));
    const parsed = JSON.parse(json.stdout);
    expect(parsed.map((row: { candidate: string }) => row.candidate)).toEqual(
      rows.slice(0, 2).map(({ candidate }) => candidate),
    );
    expect(parsed[0]).toMatchObject({ rank: 1, score: rows[0]!.score, parameters: rows[0]!.parameters });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/table, csv, json/);
  }, 60_000);

  test.skipIf(!existsSync('/usr/bin/script'))(
    'on a terminal of 80 columns no line is wider, no number is cut (needs script)',
    async () => {
      const onTerminal = async (locale: string, ...args: string[]) => {
        const main = `${ROOT}/dist/cli/main.js`;
        const command = `stty cols 80; exec "${process.execPath}" "${main}" ${args.join(' ')}`;
        const env = { ...environment({ home }), LC_ALL: locale, TERM: 'xterm' };
        const { stdout } = await promisify(execFile)('/usr/bin/script', ['-qec', command, '/dev/null'], {
          env,
        });
        return stripVTControlCharacters(stdout).split(/\r?\n/);
      };
      const [results, status, doctor, workers] = await Promise.all([
        onTerminal('C.UTF-8', 'results', 'first'),
        onTerminal('C.UTF-8', 'status'),
        onTerminal('C', 'doctor'),
        onTerminal('C', 'results', 'first'),
      ]);
      const rows = readRankingCsv(home.read('out/ranking.csv')).slice(0, 20);
      const column = results.slice(1, 21).map((line) => Number(line.split(/ +/).filter(Boolean)[2]));
      expect(column).toEqual(rows.map(({ score }) => Number(score.toFixed(4))));
      expect(results.join('\n')).toContain('\u2026');
      const lines = [...results, ...status, ...doctor, ...workers];
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
      for (const line of [...doctor, ...workers]) expect(line).toMatch(/^[\x20-\x7e]*$/);
    },
    60_000,
  );

  test("Temporal's web page: readable id, memo with name, space, state and progress, summaries", async () => {
    const { port, web } = readState({ home: home.home }).services.temporal!;
    expect((await fetch(`http://${web!.host}:${web!.port}`)).status).toBe(200);
    const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
    const client = new Client({ connection });
    const handle = client.workflow.getHandle('search-first');
    const { memo, typedSearchAttributes, ...description } = await handle.describe();
    expect(memo).toMatchObject({ name: 'sample', space: 'nas-bench-201', state: 'done' });
    expect(memo!.progress).toMatch(new RegExp(`${SAMPLES} candidates`));
    const [best] = readRankingCsv(home.read('out/ranking.csv'));
    const { candidate, score } = best!;
    expect(memo).toMatchObject({ best: { candidate, score }, counts: { candidates: SAMPLES } });
    const attributes = typedSearchAttributes.getAll().map(({ key: { name }, value }) => [name, value]);
    expect(Object.fromEntries(attributes)).toMatchObject({
      ZeroscoutName: 'sample',
      ZeroscoutSpace: 'nas-bench-201',
      ZeroscoutState: 'done',
      ZeroscoutProgress: 100,
      ZeroscoutBestScore: score,
    });
    expect(await description.staticDetails()).toContain('- **seed**: 1');
    const { events } = await handle.fetchHistory();
    const summaries = events!.flatMap(({ userMetadata }) => {
      const data = userMetadata?.summary?.data;
      return data ? [Buffer.from(data).toString()] : [];
    });
    await connection.close();
    expect(summaries).toContain('"sample: random search of nas-bench-201"');
    expect(summaries.join()).toContain(`rank ${SAMPLES} candidates`);
  }, 30_000);
});

test('the same id with another specification is refused and says what differs', async () => {
  home.write('other.json', specification({ samples: SAMPLES, changes: { seed: 7 } }));
  const { code, stdout } = await zeroscout(['run', 'other.json', '--id', 'first', '--json'], { home });
  expect(code).toBe(2);
  const { error } = JSON.parse(stdout);
  expect(error).toMatchObject({ code: 'invalid-input', message: expect.stringContaining('"first"') });
  expect(error.issues).toContainEqual(
    expect.objectContaining({ message: expect.stringMatching(/seed: 1 .*7/) }),
  );
}, 30_000);
