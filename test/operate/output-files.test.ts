// Tests that results are written completely, and that an unusable output folder is reported before anything
// starts.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestHome, testHome } from '../support/home.js';
import { whyNoNamespace } from '../support/namespace.js';
import { done, environment, ROOT, specification, zeroscout } from '../support/zeroscout.js';

const MAIN = join(ROOT, 'dist/cli/main.js');
let home: TestHome;
beforeAll(async () => {
  home = testHome();
  home.write('s.json', specification({ samples: 4 }));
  await done(['run', 's.json', '--id', 's', '--out', 'first'], { home });
}, 120_000);
afterAll(() => home.remove(), 60_000);

/** Runs a shell line with the command line in `$ZS`. */
function shell(line: string) {
  const env = { ...environment({ home }), ZS: `${process.execPath} ${MAIN}` };
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line], {
    cwd: home.dir,
    env,
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { status, stdout, stderr };
}

test('--out that cannot be written is refused before anything else, by every command that has it', async () => {
  writeFileSync(join(home.dir, 'file'), 'precious');
  // The kernel refuses a folder below /proc, and one below a file.
  const never = /\/proc\/x.*ENOENT/;
  const isFile = /\bfile\b.*(ENOTDIR|EEXIST)/;
  // A separate home, where nothing runs yet and nothing may be started.
  const other = { ZEROSCOUT_HOME: join(home.dir, 'other') };
  const runs = [
    { args: ['run', 's.json', '--out', '/proc/x'], env: other, why: never },
    { args: ['results', 's', '--out', '/proc/x'], env: {}, why: never },
    { args: ['export', 's', '--out', '/proc/x'], env: {}, why: never },
    { args: ['export', 's', '--out', 'file'], env: {}, why: isFile },
    {
      args: ['run', 's.json', '--out', 'file/below'],
      env: other,
      why: isFile,
    },
  ].map(async ({ args, env, why }) => {
    const { code, stdout } = await zeroscout([...args, '--json'], { home, env });
    expect([code, JSON.parse(stdout).error]).toEqual([
      2,
      expect.objectContaining({ code: 'invalid-input', field: '--out', message: expect.stringMatching(why) }),
    ]);
  });
  await Promise.all(runs);
  expect(home.read('file')).toBe('precious');
  expect(readdirSync(home.dir)).not.toContain('other');
});

test('results writes files and prints JSON where both are asked for', async () => {
  const { stdout } = await done(['results', 's', '--out', 'both', '--json'], { home });
  const { stdout: printed } = await done(['results', 's', '--json'], { home });
  expect(JSON.parse(stdout)).toHaveLength(4);
  expect(stdout).toBe(printed);
  expect(home.read('both/ranking.csv')).toBe(home.read('first/ranking.csv'));
});

test('every key of a real summary is explained', () => {
  const keys = Object.keys(JSON.parse(home.read('first/summary.json')));
  const text = readFileSync(join(ROOT, 'docs/reference/files.md'), 'utf8');
  expect(keys.length).toBeGreaterThan(9);
  expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
});

test('standard output that takes nothing ends in one line; a closed pipe in none', () => {
  for (const args of ['results s', 'results s --format csv']) {
    const { status, stderr } = shell(`$ZS ${args} > /dev/full`);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^.*\(ENOSPC\)\n$/)]);
  }
  const { stderr } = shell('$ZS results s --format csv | true; $ZS results s | head -1 > /dev/null');
  expect(stderr).toBe('');
});

test.skipIf(whyNoNamespace() !== undefined)(
  'a disk that is full leaves no cut file, and its name is said',
  () => {
    mkdirSync(join(home.dir, 'small'));
    const inside = (size: string, args: string) =>
      shell(
        `unshare --mount bash -c 'mount -t tmpfs -o size=${size} none small; $ZS ${args}; code=$?; ls -A small; exit $code'`,
      );
    // A model of rank 1 takes more than a megabyte.
    const { status, stdout, stderr } = inside('400k', 'export s --format onnx --out small');
    expect([status, stdout, stderr]).toEqual([
      1,
      '',
      expect.stringMatching(/small\/rank-1\.onnx .*\(ENOSPC\)\n$/),
    ]);
    // The disk is full from the beginning, which is detected before the results are read.
    expect(inside('4k', 'results s --out small')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^--out: small .*\(ENOSPC\)/),
    });
  },
);

test('a second export removes what a longer one of before left, and nothing else', async () => {
  await done(['export', 's', '--top', '3', '--out', 'again'], { home });
  await done(['export', 's', '--top', '2', '--format', 'pytorch', '--out', 'again'], { home });
  writeFileSync(join(home.dir, 'again/rank-of-mine.json'), '{}');
  const { stderr } = await done(['export', 's', '--out', 'again'], { home });
  expect(stderr).toMatch(/rank-2\.json.*rank-3\.json/);
  expect(readdirSync(join(home.dir, 'again')).sort()).toEqual([
    'rank-1.json',
    'rank-of-mine.json',
    'rank_1.py',
    'rank_2.py',
  ]);
});

test('settings and options that would be ignored or break later are refused at once', async () => {
  const cases = [
    {
      args: ['run', 's.json', '--format', 'parquet'],
      env: {},
      field: '--format',
      names: ['parquet', '--out'],
    },
    {
      args: ['run', 's.json'],
      env: { ZEROSCOUT_LOG_LEVEL: 'loud' },
      field: 'ZEROSCOUT_LOG_LEVEL',
      names: ['"loud"', 'trace', 'debug', 'info', 'warn'],
    },
    {
      args: ['worker'],
      env: { ZEROSCOUT_LOG_LEVEL: 'wran' },
      field: 'ZEROSCOUT_LOG_LEVEL',
      names: ['"wran"', '"warn"'],
    },
    {
      args: ['run', 's.json'],
      env: { ZEROSCOUT_CANDIDATE_TIMEOUT: '30' },
      field: 'ZEROSCOUT_CANDIDATE_TIMEOUT',
      names: ['"30"', '30s'],
    },
    {
      // A timer of more than 24.8 days would fire at once.
      args: ['run', 's.json', '--detach'],
      env: { ZEROSCOUT_CANDIDATE_TIMEOUT: '30d' },
      field: 'ZEROSCOUT_CANDIDATE_TIMEOUT',
      names: ['"30d"', 'from 1s to 24d'],
    },
    {
      args: ['schedule', 'create', 'nightly', 's.json', '--cron', '0 2 * * *'],
      env: { ZEROSCOUT_WORKER_NAME: 'node 7' },
      field: 'ZEROSCOUT_WORKER_NAME',
      names: ['"node 7"', 'letters, digits'],
    },
    {
      args: ['run', 's.json'],
      env: { ZEROSCOUT_VERIFY: '200%' },
      field: 'ZEROSCOUT_VERIFY',
      names: ['"200%"', '1%'],
    },
    {
      args: ['run', 's.json'],
      env: { ZEROSCOUT_NOTIFY_ALLOW: 'internal' },
      field: 'ZEROSCOUT_NOTIFY_ALLOW',
      names: ['"internal"', 'private', 'loopback'],
    },
    {
      args: ['worker', '--role', 'control'],
      env: { ZEROSCOUT_ALLOW_COMMANDS: 'true' },
      field: 'ZEROSCOUT_ALLOW_COMMANDS',
      names: ['"true"', 'must be 1'],
    },
  ];
  for (const { args, env, field, names } of cases) {
    const { code, stderr } = await zeroscout(args, { home, env });
    expect([code, stderr]).toEqual([2, expect.stringMatching(new RegExp(`^${field}: `, 'm'))]);
    for (const name of names) expect(stderr).toContain(name);
  }
});
