// Tests that a search on WebGPU, with any adapter, has the ranking of the CPU.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kendall } from '../../core/ranking/correlation.js';
import { readRankingCsv } from '../../core/report/ranking-csv.js';
import { type TestHome, testHome } from '../support/home.js';
import { hasNoAdapter } from '../support/webgpu.js';
import { done, specification } from '../support/zeroscout.js';

describe.skipIf(hasNoAdapter())('webgpu', () => {
  let home: TestHome;
  beforeAll(async () => {
    home = testHome();
    await home.startServices();
    const fidelity = { draws: 1, batch: 2, resolution: 16, features: 'stages' };
    for (const device of ['webgpu', 'cpu']) {
      const changes = { fidelity, execution: { device } };
      home.write(`${device}.json`, specification({ name: device, samples: 10, changes }));
    }
  });
  afterAll(() => home.remove(), 60_000);

  test('a worker starts on it and scores a search, whose ranking is that of the cpu', {
    timeout: 300_000,
  }, async () => {
    const scores: Map<string, number>[] = [];
    for (const device of ['webgpu', 'cpu']) {
      await done(['run', `${device}.json`, '--id', device, '--out', device], { home });
      expect(JSON.parse(home.read(`${device}/summary.json`))).toMatchObject({ scored: 10, failed: 0 });
      const rows = readRankingCsv(home.read(`${device}/ranking.csv`));
      scores.push(new Map(rows.map(({ candidate, score }) => [candidate, Number(score)])));
    }
    const [webgpu, cpu] = scores as [Map<string, number>, Map<string, number>];
    const candidates = [...cpu.keys()];
    const columns = [webgpu, cpu].map((map) => candidates.map((candidate) => map.get(candidate)!));
    expect(kendall(columns[0]!, columns[1]!)).toBeGreaterThan(0.99);
  });
});
