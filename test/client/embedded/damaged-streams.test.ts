// Tests that an embedded nats-server whose files are damaged, while it is down or running, still serves, and
// that every score is right.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ensureServices, stopServices } from '../../../client/embedded/embedded.js';
import type { Home } from '../../../client/embedded/home.js';
import { findStuckStream } from '../../../client/embedded/stream-blocks.js';
import { connectStore } from '../../../store/jetstream.js';
import type { Store } from '../../../store/store.js';
import { blocksOf, flipBit, RECORD, saveBlock } from '../../support/blocks.js';
import { removeHome, temporaryHome } from './places.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const COUNT = 60;
const entries = Array.from({ length: COUNT }, (_, i) => ({ key: `candidate ${i}`, proxies: { p: i + 0.5 } }));
const keys = entries.map(({ key }) => key);
const whole = new Map(entries.map(({ key, proxies }) => [key, proxies]));

let home: Home;
let steps: string[] = [];
beforeAll(() => {
  home = temporaryHome();
});
afterAll(() => removeHome(home));

async function up(): Promise<string> {
  steps = [];
  const { nats } = await ensureServices({ home, which: ['nats'], onStep: (text) => void steps.push(text) });
  return nats!.address;
}

async function withStore<T>(use: (store: Store) => Promise<T>): Promise<T> {
  const store = await connectStore({ url: await up(), patienceMs: 5_000 });
  return use(store).finally(() => store.close());
}

/** Checks all scores after the missing ones were stored, before and after a restart. */
async function checkScores(): Promise<void> {
  const found = await withStore(async ({ scores }) => {
    const before = await scores.get('s', keys);
    for (const [key, proxies] of before) expect(proxies).toEqual(whole.get(key));
    const missing = entries.filter(({ key }) => !before.has(key));
    if (missing.length > 0) expect(new Set(await scores.put('s', missing))).toEqual(new Set(['stored']));
    return scores.get('s', keys);
  });
  expect(found).toEqual(whole);
  await stopServices({ home });
  expect(await withStore(({ scores }) => scores.get('s', keys))).toEqual(whole);
}

beforeEach(async () => {
  await stopServices({ home });
  rmSync(home.nats, { recursive: true, force: true });
  await withStore(({ scores }) => scores.put('s', entries));
});

const inStream = (...path: string[]) =>
  join(home.nats, 'jetstream', '$G', 'streams', 'ZEROSCOUT_SCORES', ...path);
const block = () => blocksOf({ dir: home.nats, stream: 'ZEROSCOUT_SCORES' })[0]!;
const flip = (record: number, bit: number) => {
  const found = block();
  flipBit(found, record, bit);
  saveBlock(found);
};
const flipIn = (file: string) => {
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1]! ^= 4;
  writeFileSync(file, bytes);
};
/**
 * The highest bit of a sequence number below those that mark removed messages: nats-server counts up to it
 * before it starts.
 */
const HIGH = 8 * RECORD.sequence + 61;

test.each<[string, () => void, RegExp | undefined]>([
  ['a high bit of a sequence number', () => flip(20, HIGH), /blocks of stream ZEROSCOUT_SCORES are damaged/],
  ['the same of the last record', () => flip(COUNT - 1, HIGH), /are damaged/],
  ['a low bit of a sequence number', () => flip(20, 8 * RECORD.sequence + 9), /are damaged/],
  ['the length of a record', () => flip(20, 2), /are damaged/],
  [
    'a block cut off in the middle',
    () => {
      const { path, bytes } = block();
      writeFileSync(path, bytes.subarray(0, bytes.length >> 1));
    },
    /are damaged/,
  ],
  ['the description of a stream', () => flipIn(inStream('meta.inf')), undefined],
  ['its checksum is gone', () => rmSync(inStream('meta.sum')), undefined],
  ['the index', () => flipIn(inStream('msgs', 'index.db')), undefined],
  [
    'a folder in place of the configuration',
    () => {
      rmSync(join(home.nats, 'nats-server.conf'));
      mkdirSync(join(home.nats, 'nats-server.conf', 'x'), { recursive: true });
    },
    undefined,
  ],
])('%s, while the server is down', async (_what, damage, said) => {
  await stopServices({ home });
  damage();
  await up();
  if (said) expect(steps.join('\n')).toMatch(said);
  else expect(steps.join('\n')).not.toMatch(/damaged/);
  await checkScores();
});

test('the length of a record of the last block, while the server runs: the next command starts it again', async () => {
  flip(30, 3);
  await up();
  expect(steps.join('\n')).toMatch(/blocks of stream ZEROSCOUT_SCORES are damaged[\s\S]*NATS .* started/);
  await checkScores();
});

test('the stream at which a start ends is read from its log', () => {
  const line = (text: string, stream: string) => `[1] 2026/11/27 [INF]   ${text} for stream '$G > ${stream}'`;
  const log = [
    line('Starting restore', 'A'),
    line('Restored 4 messages', 'A'),
    line('Starting restore', 'B'),
  ];
  expect(findStuckStream(log.join('\n'))).toBe('B');
  expect(findStuckStream([...log, `${line('Restored 2 messages', 'B')} in 3ms`].join('\n'))).toBeUndefined();
});
