// Implements `npm run soak -- --minutes N [--seed S] [--report FILE]`: disturbs searches at random for that
// long. Exits with code 1 if a promise was broken.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const usage = 'npm run soak -- --minutes N [--seed S] [--report FILE]';
let values;
try {
  ({ values } = parseArgs({
    options: { minutes: { type: 'string' }, seed: { type: 'string' }, report: { type: 'string' } },
  }));
} catch (error) {
  fail(error.message);
}
const { minutes = '10', seed = String(Math.floor(Math.random() * 2 ** 31)) } = values;
if (!/^\d+(\.\d+)?$/.test(minutes) || Number(minutes) === 0)
  fail(`--minutes: found "${minutes}"; a number above 0`);
if (!/^\d+$/.test(seed)) fail(`--seed: found "${seed}"; must be a whole number`);

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', 'test/faults/soak.test.ts', '--disable-console-intercept'],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      ZEROSCOUT_SOAK_MINUTES: minutes,
      ZEROSCOUT_SOAK_SEED: seed,
      ...(values.report ? { ZEROSCOUT_SOAK_REPORT: resolve(values.report) } : {}),
    },
  },
);
if (status !== 0) console.error(`soak failed; seed ${seed}`);
process.exit(status === 0 ? 0 : 1);

function fail(message) {
  console.error(`${message}\n${usage}`);
  process.exit(2);
}
