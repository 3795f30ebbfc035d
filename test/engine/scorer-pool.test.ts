// Tests that scorers that crash, hang, never start or are killed affect only the candidate at fault.
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { CandidateError } from '../../core/candidate-error.js';
import { nasBench201 } from '../../core/spaces/nas-bench-201/definition.js';
import type { PoolEvent } from '../../engine/pool-event.js';
import { createScorerPool, type ScorerPool } from '../../engine/scorer-pool.js';
import { built, request } from '../support/engine.js';

const fault = (name: string) => fileURLToPath(new URL(`../faults/${name}`, import.meta.url));
const pools: ScorerPool[] = [];
const events: PoolEvent[] = [];

type Options = Partial<Parameters<typeof createScorerPool>[0]>;
function open(script: string, { size = 1, ...rest }: Options = {}): ScorerPool {
  const pool = createScorerPool({
    script,
    size,
    listener: { onEvent: (event) => void events.push(event) },
    ...rest,
  });
  pools.push(pool);
  return pool;
}

const count = (type: PoolEvent['type']) => events.filter((event) => event.type === type).length;
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('was scored'),
    (error) => error as CandidateError,
  );
const sleep = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
/** The score of a stub is the length of its text. */
const stub = (candidate: string) => ({ ...request(candidate), candidate });

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  events.length = 0;
  for (const name of ['CRASH', 'HANG', 'EXIT', 'START']) delete process.env[`ZEROSCOUT_TEST_${name}`];
});

describe('the real scorer', () => {
  const candidates = [1, 4000, 9000, 12_000].map(nasBench201.enumeration.at);

  it('a candidate that kills its scorer is set aside after three attempts, all others are scored', async () => {
    built('engine/scorer-process.js');
    process.env.ZEROSCOUT_TEST_CRASH = candidates[1]!;
    const pool = open(fault('scorer.mjs'), { size: 2 });
    const results = await Promise.allSettled(candidates.map((candidate) => pool.score(request(candidate))));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    const { reason } = results[1] as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(CandidateError);
    expect(reason).toMatchObject({ reason: 'crash', message: expect.stringMatching(/SIGKILL, 3 times/) });
    const died = events.filter((event) => event.type === 'died');
    expect(died.map((event) => event.candidate)).toEqual(Array(3).fill(candidates[1]));
    expect(pool.countDeaths()).toBe(3);
    // The pool continues.
    expect(await pool.score(request(candidates[0]!))).toEqual(
      (results[0] as PromiseFulfilledResult<unknown>).value,
    );
  });

  it('a candidate that ends its scorer with an exit code, likewise', async () => {
    process.env.ZEROSCOUT_TEST_EXIT = candidates[2]!;
    const error = await failure(open(fault('scorer.mjs')).score(request(candidates[2]!)));
    expect(error).toMatchObject({
      reason: 'crash',
      message: expect.stringContaining('code 7'),
    });
  });

  it('a candidate that blocks its scorer is set aside as timed out', async () => {
    process.env.ZEROSCOUT_TEST_HANG = candidates[2]!;
    const pool = open(fault('scorer.mjs'), { limits: { timeoutMs: 500 } });
    const error = await failure(pool.score(request(candidates[2]!)));
    expect(error).toMatchObject({
      reason: 'timeout',
      message: expect.stringContaining('0.5 s'),
    });
    expect(count('died')).toBe(3);
  });

  it('a text that is no candidate is set aside at once, without a crash', async () => {
    const pool = open(built('engine/scorer-process.js'));
    expect(await failure(pool.score(request('|none~0|')))).toMatchObject({ reason: 'invalid' });
    expect(count('died')).toBe(0);
    expect(await pool.score(request(candidates[0]!, [0, 1]))).toHaveLength(2);
  });
});

describe('scorers that never start', () => {
  it.each([
    [
      'a script that exits',
      fault('starts.mjs'),
      'exit',
      /no scorer starts: .*starts\.mjs exited with code 3, 5 times in a row$/,
    ],
    [
      'a script that is not there',
      fault('no-such.mjs'),
      '',
      /no scorer starts: .*no-such\.mjs exited with code 1/,
    ],
    ['a script that is never ready', fault('starts.mjs'), 'wait', /no scorer starts/],
  ])('%s: an error', { timeout: 60_000 }, async (_, script, start, message) => {
    process.env.ZEROSCOUT_TEST_START = start;
    const pool = open(script, { size: 2, limits: { startTimeoutMs: start === 'wait' ? 300 : 30_000 } });
    const errors = await Promise.all(['a', 'b', 'c'].map((name) => failure(pool.score(stub(name)))));
    for (const error of errors) {
      expect(error).not.toBeInstanceOf(CandidateError);
      expect(error.message).toMatch(message);
    }
    expect(count('started')).toBeLessThan(20);
  });

  it('a pool that failed tries again for the next request', async () => {
    process.env.ZEROSCOUT_TEST_START = 'exit';
    const pool = open(fault('starts.mjs'));
    for (let i = 0; i < 2; i++)
      expect((await failure(pool.score(stub('a')))).message).toMatch(/no scorer starts.* 5 times in a row$/);
  });
});

describe('starts in vain', () => {
  it('count only in a row: a scorer that was ready between them ends the row', async () => {
    let starts = 0;
    process.env.ZEROSCOUT_TEST_START = 'exit';
    const onEvent = ({ type }: PoolEvent) => {
      // Of five starts, four fail.
      if (type === 'started') process.env.ZEROSCOUT_TEST_START = ++starts % 5 === 4 ? '' : 'exit';
    };
    const pool = open(fault('slow-scorer.mjs'), { listener: { onEvent } });
    for (let round = 1; round <= 2; round++) {
      expect(await pool.score(stub('xyz'))).toMatchObject([{ complexity: 3 }]);
      expect(starts).toBe(5 * round);
      process.kill(pool.pids()[0]!, 'SIGKILL');
    }
  });

  it('do not count where something else killed the scorer before it was ready', async () => {
    let kills = 0;
    const onEvent = (event: PoolEvent) => {
      if (event.type === 'started' && ++kills <= 8) process.kill(event.pid, 'SIGKILL');
    };
    const pool = open(fault('slow-scorer.mjs'), { listener: { onEvent } });
    expect(await pool.score(stub('xyz'))).toMatchObject([{ complexity: 3 }]);
    expect(kills).toBe(9);
  });
});

describe('kill -9 from outside', () => {
  const names = Array.from({ length: 40 }, (_, i) => `candidate ${i}`);

  it('of an idle scorer loses nothing', async () => {
    const pool = open(fault('slow-scorer.mjs'), { size: 2 });
    await Promise.all(names.slice(0, 4).map((name) => pool.score(stub(name))));
    for (const pid of pool.pids()) process.kill(pid, 'SIGKILL');
    // Requests immediately, when the pool may not know yet, and later.
    expect(await pool.score(stub('x'))).toMatchObject([{ complexity: 1 }]);
    for (const pid of pool.pids()) process.kill(pid, 'SIGKILL');
    await sleep(200);
    expect(await pool.score(stub('xy'))).toMatchObject([{ complexity: 2 }]);
  });

  it('of busy scorers loses nothing, nor does it mix up answers', async () => {
    const pool = open(fault('slow-scorer.mjs'), { size: 2 });
    let killed = 0;
    const results = await Promise.all(
      names.map(async (name, i) => {
        const [proxies] = await pool.score(stub(name));
        // A scorer that has just answered already has the next candidate.
        if (i % 6 === 0 && ++killed) process.kill(proxies!.pid!, 'SIGKILL');
        return proxies!.complexity;
      }),
    );
    expect(results).toEqual(names.map(({ length }) => length));
    expect(killed).toBe(7);
    expect(count('started')).toBeGreaterThan(7);
  });

  it('of the scorer of a slow candidate: it is scored by the next one', async () => {
    const pool = open(fault('slow-scorer.mjs'), { size: 1 });
    await pool.score(stub('start'));
    const result = pool.score(stub('slow'));
    await sleep(100);
    const [before] = pool.pids();
    process.kill(before!, 'SIGKILL');
    const [proxies] = await result;
    expect(proxies!.pid).not.toBe(before);
    const died = events.filter((event) => event.type === 'died');
    expect(died.map(({ pid, candidate }) => ({ pid, candidate }))).toEqual([
      { pid: before, candidate: 'slow' },
    ]);
  });
});

describe('candidates together', () => {
  const names = Array.from({ length: 60 }, (_, i) => `candidate ${i}`);
  const together = 16;
  /** The candidates that shared a scorer with each of these. */
  const company = async (pool: ScorerPool, list: readonly string[]) =>
    (await Promise.all(list.map((name) => pool.score(stub(name))))).map(([proxies]) => proxies!.together!);

  it('go in full groups, and those who are left when nobody else comes', async () => {
    const pool = open(fault('slow-scorer.mjs'), { together });
    expect(pool.size).toBe(16);
    expect(await company(pool, names)).toEqual(names.map((_, i) => (i < 48 ? 16 : 12)));
    expect(await company(pool, ['alone'])).toEqual([1]);
  });

  it('have each its own score', async () => {
    const pool = open(fault('slow-scorer.mjs'), { together });
    const list = names.map((_, i) => 'x'.repeat(i + 1));
    const scores = await Promise.all(list.map((name) => pool.score(stub(name))));
    expect(scores.map(([proxies]) => proxies!.complexity)).toEqual(list.map(({ length }) => length));
  });

  it('one that kills its scorer is found by halving, all others are scored', async () => {
    const pool = open(fault('slow-scorer.mjs'), { together, size: 2 });
    const list = names.with(20, 'poison').with(45, 'poison');
    const results = await Promise.allSettled(list.map((name) => pool.score(stub(name))));
    for (const [i, result] of results.entries()) {
      if (list[i] !== 'poison') {
        expect(result.status, list[i]).toBe('fulfilled');
        continue;
      }
      const { reason } = result as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(CandidateError);
      expect(reason).toMatchObject({ reason: 'crash', message: expect.stringMatching(/SIGKILL, 3 times/) });
    }
    const died = events.filter((event) => event.type === 'died');
    // Two groups of 16: each is halved four times until its candidate is alone, which is then tried three
    // times.
    expect(died.flatMap(({ group }) => group ?? []).sort((a, b) => b - a)).toEqual([
      16, 16, 8, 8, 4, 4, 2, 2,
    ]);
    expect(died.filter(({ candidate }) => candidate === 'poison')).toHaveLength(6);
  });

  it('a scorer that breaks is not used again, and its reason is kept', async () => {
    const pool = open(fault('slow-scorer.mjs'), { together: 2 });
    const [broken, fine] = await Promise.all([failure(pool.score(stub('broken'))), pool.score(stub('fine'))]);
    expect(broken).toMatchObject({
      reason: 'crash',
      message: 'its scorer broke: no device any more, 3 times',
    });
    expect(fine).toMatchObject([{ complexity: 4, together: 1 }]);
    expect(count('started')).toBeGreaterThan(3);
  });
});

describe('what a scorer answers', () => {
  it('is a failure of the candidate where it is no number, since no store would take it', async () => {
    const error = await failure(open(fault('slow-scorer.mjs')).score(stub('nan')));
    expect(error).toMatchObject({ reason: 'not-a-number', message: 'complexity of nan is NaN' });
  });

  it('ends its time limits: later candidates have all of theirs', async () => {
    const pool = open(fault('slow-scorer.mjs'));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    await pool.score(stub('first'));
    // Longer than a start may take, and then in all longer than one candidate may take, which is ten minutes.
    vi.advanceTimersByTime(400_000);
    const slow = pool.score(stub('slow'));
    vi.advanceTimersByTime(400_000);
    expect(await slow).toMatchObject([{ complexity: 4 }]);
    expect(count('died')).toBe(0);
  });
});

describe('recycling and closing', () => {
  it('a scorer that has grown too large is replaced after its candidate', async () => {
    const pool = open(fault('slow-scorer.mjs'));
    expect(await pool.score(stub('large'))).toMatchObject([{ complexity: 5 }]);
    expect(await pool.score(stub('ok'))).toMatchObject([{ complexity: 2 }]);
    expect(count('recycled')).toBe(1);
    expect(count('started')).toBe(2);
    expect(count('died')).toBe(0);
  });

  it('closing rejects what is under way and leaves no process', async () => {
    const pool = open(fault('slow-scorer.mjs'), { size: 2 });
    const errors = ['slow a', 'slow b', 'slow c'].map((name) => failure(pool.score(stub(name))));
    await sleep(300);
    const pids = pool.pids();
    expect(pids).toHaveLength(2);
    await pool.close();
    for (const error of await Promise.all(errors)) expect(error.message).toMatch(/closed/);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    expect((await failure(pool.score(stub('late')))).message).toMatch(/closed/);
  });
});
