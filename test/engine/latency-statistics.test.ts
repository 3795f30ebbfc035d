// Tests what is made of the times of runs, which a clock of the test's own gives.
import { expect, it, onTestFinished, vi } from 'vitest';
import { measureLatency } from '../../engine/latency.js';
import { InferenceSession } from '../../engine/onnx-runtime.js';

const CELL = '|avg_pool_3x3~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|';
const WARM_UP = [1_000, 1_000, 1_000];

/** The measurement of runs that take these milliseconds, and then again, during which a processor works that long. */
async function measure(milliseconds: readonly number[], processor = { user: 0, system: 0 }) {
  let [clock, count] = [0, -WARM_UP.length];
  const shapes: (readonly number[])[] = [];
  const run = async (feeds: Readonly<Record<string, { readonly dims: readonly number[] }>>) => {
    clock += count < 0 ? WARM_UP.at(count)! : milliseconds[count % milliseconds.length]!;
    count++;
    shapes.push(...Object.values(feeds).map(({ dims }) => dims));
    return {};
  };
  let released = 0;
  const session = { run, release: async () => void released++ } as unknown as InferenceSession;
  vi.spyOn(InferenceSession, 'create').mockResolvedValue(session);
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  vi.spyOn(process, 'cpuUsage').mockImplementation((before) => (before ? processor : { user: 0, system: 0 }));
  onTestFinished(() => void vi.restoreAllMocks());
  const fidelity = { batch: 1, resolution: 16, weights: 'shared', features: 'blocks' } as const;
  const space = { kind: 'nas-bench-201' } as const;
  const measured = await measureLatency({ space, candidate: CELL, seed: 1, fidelity, draws: [0] });
  expect(shapes).toEqual(new Array(count + WARM_UP.length).fill([1, 3, 16, 16]));
  expect(released).toBe(1);
  return measured;
}

it('median, quartiles, and the share of a processor, of runs for 200 ms behind those that warm up', async () => {
  const microseconds = { user: 90_000, system: 9_000 };
  expect(await measure([12, 7, 9, 12, 10], microseconds)).toEqual({
    latency: 10,
    low: 9,
    high: 12,
    runs: 20,
    // 20 runs are handed over in 0.05 ms each.
    cpu: (90 + 9 + 20 * 0.05) / 200,
  });
});

it('nine runs where they are slow', async () => {
  expect(await measure([1_000])).toMatchObject({ latency: 1_000, runs: 9 });
});

it('101 runs where they are fast, to the nanosecond, with one processor at most', async () => {
  const measured = await measure([1 / 3], { user: 10 ** 6, system: 0 });
  expect(measured).toEqual({ latency: 0.333333, low: 0.333333, high: 0.333333, runs: 101, cpu: 1 });
});
