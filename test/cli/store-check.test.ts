// Tests `zeroscout store check` on an embedded store with a flipped bit: its findings, its exit codes, and
// that a repair helps.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureServices, stopServices } from '../../client/embedded/embedded.js';
import { tokenOf } from '../../store/codec.js';
import { connectStore } from '../../store/jetstream.js';
import { blocksOf, flipBit, saveBlock } from '../support/blocks.js';
import { type TestHome, testHome } from '../support/home.js';
import { zeroscout } from '../support/zeroscout.js';

let home: TestHome;
beforeAll(async () => {
  home = testHome();
  const { nats } = await ensureServices({ home: home.home, which: ['nats'], onStep: () => {} });
  const store = await connectStore({ url: nats!.address });
  const entries = Array.from({ length: 30 }, (_, i) => ({ key: `candidate ${i}`, proxies: { p: i } }));
  await store.scores.put('scope', entries);
  await store.close();
  await stopServices({ home: home.home });
  const [block] = blocksOf({ dir: home.home.nats, stream: 'ZEROSCOUT_SCORES' });
  flipBit(block!, 11, 8 * 100);
  saveBlock(block!);
}, 60_000);
afterAll(() => home.remove(), 60_000);

const check = (...args: string[]) => zeroscout(['store', 'check', ...args], { home });

test('a damaged score is named with exit code 1, and gone after --repair', { timeout: 120_000 }, async () => {
  const subject = `zeroscout.score.scope.${tokenOf('candidate 11')}`;
  const found = await check();
  expect(found.code, found.stderr).toBe(1);
  expect(found.stdout).toMatch(/^scores +30 +1$/m);
  expect(found.stderr).toContain(`score ${subject}: cannot be read: its checksum does not fit\n`);
  const json = await check('--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    damaged: 1,
    messages: [{ kind: 'scores', name: subject, isStoredAgain: false }],
  });
  const repaired = await check('--repair');
  expect(repaired.code, repaired.stderr).toBe(0);
  expect(repaired.stdout).toContain('repaired');
  const after = await check('--json');
  expect(after.code, after.stderr).toBe(0);
  expect(JSON.parse(after.stdout)).toMatchObject({ damaged: 0, messages: [] });
  expect(JSON.parse(after.stdout).checked[0]).toMatchObject({ kind: 'scores', count: 29 });
});
