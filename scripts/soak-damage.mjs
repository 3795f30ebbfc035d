// Implements `npm run soak:damage -- --rounds N [--seed S]`: damages files of searches and of the store at
// random. Exits with code 1 if a ranking or a score was wrong afterwards.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const usage = 'npm run soak:damage -- --rounds N [--seed S]';
let values;
try {
  ({ values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } }));
} catch (error) {
  fail(error.message);
}
const { rounds = '100', seed = String(Math.floor(Math.random() * 2 ** 31)) } = values;
if (!/^[1-9]\d*$/.test(rounds)) fail(`--rounds: found "${rounds}"; a whole number above 0`);
if (!/^\d+$/.test(seed)) fail(`--seed: found "${seed}"; must be a whole number`);

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
console.log(`${rounds} rounds of each kind, seed ${seed}`);
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', 'test/faults/damage.test.ts', '--disable-console-intercept'],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: { ...process.env, ZEROSCOUT_DAMAGE_ROUNDS: rounds, ZEROSCOUT_DAMAGE_SEED: seed },
  },
);
process.exit(status === 0 ? 0 : 1);

function fail(message) {
  console.error(`${message}\n${usage}`);
  process.exit(2);
}
