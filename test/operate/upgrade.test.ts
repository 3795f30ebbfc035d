// Tests that this build finishes searches that another build began. It runs if ZEROSCOUT_OTHER_BUILD names
// that build's dist/cli/main.js, such as that of the previous release (CONTRIBUTING.md).
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestHome, testHome, until } from '../support/home.js';
import { type NatsServer, startNats } from '../support/nats.js';
import { startTemporal, type TemporalServer } from '../support/temporal.js';
import { done, type Running, spawnNode, spawnZeroscout, specification } from '../support/zeroscout.js';

const OTHER = process.env.ZEROSCOUT_OTHER_BUILD;
const timeout = 300_000;
const SAMPLES = 96;
const fidelity = { draws: 1, batch: 8, resolution: 16 };
const execution = { shardSize: 4, window: 4 };
const SEARCHES = {
  plain: { seed: 5, fidelity, execution },
  parts: { seed: 6, fidelity, execution: { ...execution, partSize: 6 } },
  evolution: {
    seed: 7,
    fidelity,
    execution,
    strategy: { kind: 'evolution', population: 12, generation: 12, budget: SAMPLES },
  },
  screening: {
    seed: 8,
    // The rounds of a screening have fidelities of their own.
    fidelity: undefined,
    execution,
    strategy: {
      kind: 'screening',
      source: { kind: 'random', samples: SAMPLES },
      rounds: [{ fidelity, keep: 0.25 }, { fidelity: { ...fidelity, draws: 2 } }],
    },
  },
};

let home: TestHome;
let servers: [TemporalServer, NatsServer];
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  if (!OTHER) return;
  home = testHome();
  servers = await Promise.all([startTemporal({ home }), startNats({ dir: `${home.dir}/nats` })]);
  env = {
    TEMPORAL_ADDRESS: servers[0].address,
    NATS_URL: servers[1].url,
    ZEROSCOUT_LOG_LEVEL: 'debug',
  };
}, timeout);
afterAll(async () => {
  await Promise.all((servers ?? []).map((server) => server.stop()));
  await home?.remove();
}, timeout);

const other = (...args: string[]) => spawnNode([OTHER!, ...args], { home, env });
const scored = (worker: Running) => worker.stderr().match(/"scored candidate"/g)?.length ?? 0;

async function hire(build: 'other' | 'this'): Promise<Running[]> {
  const workers = ['control', 'score'].map((role) => {
    const args = ['worker', '--role', role, '--concurrency', '1'];
    return build === 'other' ? other(...args) : spawnZeroscout(args, { home, env });
  });
  await Promise.all(workers.map((worker) => worker.says(/worker ready/)));
  return workers;
}

async function dismiss(workers: readonly Running[]): Promise<void> {
  for (const { child } of workers) child.kill('SIGKILL');
  await Promise.all(workers.map(({ ended }) => ended));
}

test.skipIf(!OTHER)(
  'searches that another build began, and lost half-way, end with its ranking',
  { timeout },
  async () => {
    const ids = Object.keys(SEARCHES) as (keyof typeof SEARCHES)[];
    const old = await hire('other');
    for (const id of ids) {
      home.write(`${id}.json`, specification({ name: id, samples: SAMPLES, changes: SEARCHES[id] }));
      await other('run', `${id}.json`, '--id', id, '--workers', '0', '--detach').ended;
    }
    await until(async () => scored(old[1]!) > 1.2 * SAMPLES, {
      what: 'a part is scored',
      timeoutMs: 120_000,
    });
    await dismiss(old);
    const paid = scored(old[1]!);

    const now = await hire('this');
    for (const id of ids) await done(['watch', id, '--json'], { home, env });
    for (const id of ids) {
      const { state } = JSON.parse((await done(['status', id, '--json'], { home, env })).stdout);
      expect([id, state]).toEqual([id, 'completed']);
      await done(['results', id, '--out', `${id}-now`], { home, env });
    }
    // Each candidate is scored once: what the other build computed is not computed again.
    const all = 3 * SAMPLES + SAMPLES + SAMPLES / 4;
    expect(paid + scored(now[1]!)).toBeLessThanOrEqual(all + 8);
    await dismiss(now);

    // The other build ranks the same scores identically, from the beginning.
    const again = await hire('other');
    for (const id of ids) {
      const run = await other('run', `${id}.json`, '--id', `${id}-2`, '--workers', '0', '--out', `${id}-then`)
        .ended;
      expect(run.code).toBe(0);
      expect(home.read(`${id}-now/ranking.csv`)).toBe(home.read(`${id}-then/ranking.csv`));
    }
    await dismiss(again);
  },
);
