// Format, lint, types and import rules: everything of `npm run verify` but the tests. Runs all, then says which failed.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOMS } from './rooms.cjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const STEPS = [
  ['format and lint', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']],
  ['types', 'typescript/bin/tsc', ['--noEmit']],
  ['import rules', 'dependency-cruiser/bin/dependency-cruise.mjs', [...ROOMS, 'test', 'dist']],
];

const failed = STEPS.filter(([name, script, args]) => {
  console.log(`== ${name}`);
  const file = join(root, 'node_modules', script);
  return spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' }).status !== 0;
}).map(([name]) => name);

if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);
