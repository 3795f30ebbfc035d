// Tests that background workers of an earlier command are listed, and do not fail a search that needs a
// permission which they lack.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestHome, testHome } from '../support/home.js';
import { done, ROOT, specification, zeroscout } from '../support/zeroscout.js';

let home: TestHome;
beforeAll(() => {
  home = testHome();
});
afterAll(async () => {
  await zeroscout(['services', 'down'], { home });
  await home.remove();
}, 60_000);

test('they are named with what they may run, and step aside for a search that needs more', {
  timeout: 240_000,
}, async () => {
  expect((await done(['status'], { home: await started() })).stderr).toContain(
    `no searches yet in ${home.home.root}`,
  );
  home.write('x.json', specification({ name: 'x' }));
  await done(['run', 'x.json', '--detach'], { home });
  const status = async () =>
    JSON.parse((await done(['services', 'status', '--json'], { home })).stdout).workers;
  const before = await status();
  expect(before).toMatchObject([{ may: [] }, { may: [] }]);
  expect((await done(['services', 'status'], { home })).stdout).toMatch(
    /worker +running +control .*runs no code of specifications.*\n.*score, cpu/,
  );

  const code = readFileSync(join(ROOT, 'examples/spaces/branches.ts'), 'utf8');
  home.write('branches.ts', code);
  const space = { kind: 'module', file: 'branches.ts' };
  home.write('module.json', specification({ name: 'module', samples: 4, changes: { space } }));
  const run = await done(['run', 'module.json', '--allow-modules'], { home });
  expect(run.stderr).toMatch(/background workers .* may not run modules .*ending them/);
  const after = await status();
  expect(after).toMatchObject([{ may: [] }, { may: [] }]);
  expect(after[0].pid).not.toBe(before[0].pid);

  // A proxy of one's own is code of the specification as well.
  home.write('balance.ts', readFileSync(join(ROOT, 'examples/proxies/gradient-balance.ts'), 'utf8'));
  const proxies = ['flops', './balance.ts'];
  home.write('proxy.json', specification({ name: 'proxy', samples: 4, changes: { proxies } }));
  const ranked = await done(['run', 'proxy.json', '--allow-modules'], { home });
  expect(ranked.stderr).toMatch(/background workers .* may not run modules .*ending them/);
  expect(ranked.stdout).toContain('own-gradient-balance');

  // The runs of a schedule find workers that may run its code, also that of a later specification.
  const timing = ['--cron', '0 2 * * *'];
  await done(['schedule', 'create', 'nightly', 'x.json', ...timing], { home });
  expect(await status()).toMatchObject([{ may: [] }, { may: [] }]);
  await done(['schedule', 'update', 'nightly', 'proxy.json', '--allow-modules'], { home });
  expect(await status()).toMatchObject([{ may: ['modules'] }, { may: ['modules'] }]);

  // A search for another device gets workers of that device, and the others stay.
  const held = (await status()).map(({ pid }: { pid: number }) => pid);
  const execution = { device: 'cpu-stack' };
  home.write('stack.json', specification({ name: 'stack', samples: 4, changes: { execution } }));
  await done(['run', 'stack.json', '--detach', '--id', 'stack'], { home });
  await done(['watch', 'stack'], { home });
  const all: { pid: number; role: string; device: string }[] = await status();
  const devices = all.filter(({ role }) => role === 'score').map(({ device }) => device);
  expect(devices.sort()).toEqual(['cpu', 'cpu-stack']);
  expect(all.map(({ pid }) => pid)).toEqual(expect.arrayContaining(held));
});

test('a schedule without workers says so, until an update starts some', { timeout: 120_000 }, async () => {
  await started();
  home.write('weekly.json', specification({ name: 'weekly', samples: 4 }));
  await done(['schedule', 'create', 'weekly', 'weekly.json', '--cron', '0 2 * * 1'], { home });
  // As for a backup.
  await done(['services', 'down'], { home });
  await started();
  for (const command of [
    ['list', '--json'],
    ['describe', 'weekly'],
    ['run-now', 'weekly'],
  ])
    expect((await done(['schedule', ...command], { home })).stderr).toContain('no control worker runs');
  await done(['schedule', 'update', 'weekly', 'weekly.json', '--workers', '1'], { home });
  await done(['watch', '@last'], { home });
  expect((await done(['schedule', 'list'], { home })).stderr).not.toContain('no control worker');
});

async function started(): Promise<TestHome> {
  await home.startServices();
  return home;
}
