// Tests the packed package in an empty folder: its command searches, and a program type-checks and searches through its API.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BIN } from '../support/home.js';
import { documentedProgram, type InstalledPackage, installPackage } from '../support/package.js';
import { ROOT } from '../support/zeroscout.js';

const SPECIFICATION = `name: small
space: nas-bench-201
strategy: { kind: random, samples: 12 }
fidelity: { draws: 1, batch: 2, resolution: 8 }
seed: 3
`;
const STRICT = ['--strict', '--skipLibCheck', 'false', '--target', 'es2022', '--types', 'node'];
const BUNDLER = ['--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit'];
const NODE = ['--module', 'nodenext'];
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const run = promisify(execFile);
let installed: InstalledPackage;
const inFolder = (command: string, args: readonly string[]) =>
  run(command, args, {
    cwd: installed.folder,
    env: { ...process.env, ZEROSCOUT_BIN: BIN, ZEROSCOUT_HOME: join(installed.folder, 'home') },
  });
/** Runs `npx zeroscout` without asking a registry for an absent package. */
const zeroscout = (...args: string[]) => inFolder('npx', ['--no-install', 'zeroscout', ...args]);

/**
 * The mistakes that TypeScript finds in the program, in the package's declarations, and in those that they
 * use.
 */
const typeErrors = async (options: readonly string[], ...files: readonly string[]) => {
  const compiling = inFolder(process.execPath, [TSC, ...STRICT, ...options, ...files]);
  const { stdout } = await compiling.catch((error: { stdout: string }) => error);
  return stdout.split('\n').filter((line) => /error TS/.test(line));
};

beforeAll(() => {
  // npm may have to fetch the dependencies of the package.
  installed = installPackage();
  writeFileSync(join(installed.folder, 'scan.yaml'), SPECIFICATION);
}, 600_000);
afterAll(async () => {
  await zeroscout('services', 'down').catch(() => {});
  installed.remove();
});

test('what is packed can be published: everything that package.json names is there, and nothing else', () => {
  const own = join(installed.folder, 'node_modules/zeroscout');
  const { exports, bin, ...rest } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'));
  expect(rest).not.toHaveProperty('private');
  expect(rest.license).toBe('Apache-2.0');
  const named = [exports, bin].flatMap((value) => JSON.stringify(value).match(/\.?\/?dist\/[^"]+/g) ?? []);
  expect(named.length).toBeGreaterThan(6);
  expect(named.filter((path) => !existsSync(join(own, path)))).toEqual([]);
  for (const absent of ['test', 'bench', 'dist/bench', 'dist/reference', 'tsconfig.json'])
    expect(existsSync(join(own, absent))).toBe(false);
});

test('npx zeroscout run searches with embedded servers', { timeout: 120_000 }, async () => {
  const { stdout } = await zeroscout('run', 'scan.yaml', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ name: 'small', candidates: 12, failed: 0 });
});

test('the program of the guide type-checks, follows a search and prints its top ten', {
  timeout: 120_000,
}, async () => {
  const program = documentedProgram();
  expect(program.trim().split('\n').length).toBeLessThanOrEqual(15);
  // Another seed, because a finished search has no progress to follow.
  writeFileSync(join(installed.folder, 'scan.yaml'), SPECIFICATION.replace('seed: 3', 'seed: 4'));
  writeFileSync(join(installed.folder, 'search.ts'), program.replace('quickstart.yaml', 'scan.yaml'));
  expect(await typeErrors(BUNDLER, 'search.ts')).toEqual([]);
  expect(await typeErrors(NODE, 'search.ts')).toEqual([]);
  const { stdout, stderr } = await inFolder(process.execPath, ['search.js']);
  const lines = stdout.trim().split('\n');
  expect(lines.filter((line) => /^\d+ \|/.test(line))).toHaveLength(10);
  expect(lines.some((line) => /\d+ of \d+/.test(line))).toBe(true);
  expect(stderr).toBe('');
});

test('the scorer of the guide and a space of the examples type-check against the package, and score a network', {
  timeout: 120_000,
}, async () => {
  const guide = readFileSync(join(ROOT, 'docs/guides/score-one-network.md'), 'utf8');
  const program = /```ts\n(import \{ createScorer \}[\s\S]*?)```/.exec(guide)![1]!;
  writeFileSync(join(installed.folder, 'score.ts'), program);
  writeFileSync(
    join(installed.folder, 'branches.ts'),
    readFileSync(join(ROOT, 'examples/spaces/branches.ts'), 'utf8'),
  );
  expect(await typeErrors(BUNDLER, 'score.ts', 'branches.ts')).toEqual([]);
  expect(await typeErrors(NODE, 'score.ts', 'branches.ts')).toEqual([]);
  const { stdout, stderr } = await inFolder(process.execPath, ['score.js']);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/expressivity: -?\d/);
  const space = await inFolder(process.execPath, [
    ...['--input-type=module', '--eval'],
    "const { default: space } = await import('./branches.js'); console.log(space.parse('abcdef'));",
  ]);
  expect(space.stdout.trim()).toBe('abcdef');
});
