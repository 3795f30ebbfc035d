// Checks format, lint, types, import rules, the length and the parameters of functions, the words of the library and unresolved merges:
// everything in `npm run verify` but the tests. Runs all checks, then reports which failed.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOMS } from './rooms.cjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const PACKAGES = 'node_modules';
const STEPS = [
  ['format and lint', `${PACKAGES}/@biomejs/biome/bin/biome`, ['check', '--error-on-warnings', '.']],
  ['types', `${PACKAGES}/typescript/bin/tsc`, ['--noEmit', '--incremental', 'false']],
  ['types of the page', `${PACKAGES}/typescript/bin/tsc`, ['-p', 'page']],
  [
    'import rules',
    `${PACKAGES}/dependency-cruiser/bin/dependency-cruise.mjs`,
    [...ROOMS, 'page', 'test', 'dist'],
  ],
  ['length of functions', 'scripts/check-functions.mjs', []],
  ['parameters and options', 'scripts/check-parameters.mjs', []],
  ['words of the library', 'scripts/check-library-words.mjs', []],
  ['unresolved merges', 'scripts/check-conflict-markers.mjs', []],
];

const failed = STEPS.filter(([name, script, args]) => {
  console.log(`== ${name}`);
  return (
    spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' }).status !== 0
  );
}).map(([name]) => name);

if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);
