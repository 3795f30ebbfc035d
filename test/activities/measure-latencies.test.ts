// Tests that exactly the first candidates of a ranking are measured, those without a latency or all anew, and that only
// what a candidate is at fault for counts as failed.
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { createControlActivities } from '../../activities/create.js';
import type { LatencyMeter } from '../../activities/latency.js';
import { measureLatencies } from '../../activities/measure-latencies.js';
import { CandidateError } from '../../core/candidate-error.js';
import { openSpace } from '../../core/spaces/index.js';
import { checkSpecification } from '../../core/specification/specification.js';
import { createMemoryStore } from '../../store/memory.js';
import { rankingText } from '../support/ranking-text.js';
import { gateOfOne } from '../support/scoring-activities.js';

const { enumeration } = openSpace({ kind: 'nas-bench-201' });
const candidates = Array.from({ length: 12 }, (_, i) => enumeration!.at(i * 97));
const specification = checkSpecification({
  value: { name: 'test', space: 'nas-bench-201', aggregation: 'log-rank' },
  source: 'test',
});

/** A store whose ranking arrives in several pieces, as a long one does. */
async function rankedStore() {
  const store = createMemoryStore();
  const text = new TextEncoder().encode(rankingText({ candidates }));
  const ranking = await store.blobs.put(text);
  const third = Math.ceil(text.length / 3);
  const stream = async function* (digest: string) {
    const bytes = await store.blobs.get(digest);
    for (let at = 0; at < bytes.length; at += third) yield bytes.subarray(at, at + third);
  };
  return { store: { ...store, blobs: { ...store.blobs, stream } }, ranking };
}

function meterOf(failing: (candidate: string) => Error | undefined = () => undefined) {
  const measured: string[] = [];
  const meter: LatencyMeter = {
    machine: 'a',
    measure: async ({ candidate }) => {
      const error = failing(candidate);
      if (error) throw error;
      measured.push(candidate);
      return { latency: 1 };
    },
  };
  return { meter, measured };
}

test('the first of a ranking that arrives in pieces, each once, and all of them anew where that is asked', async () => {
  const { store, ranking } = await rankedStore();
  const { meter, measured } = meterOf();
  const measure = measureLatencies({ store, meter });
  const input = { specification, ranking, which: 'missing' } as const;
  expect(await measure({ ...input, top: 7 })).toMatchObject({ candidates: 7, measured: 7, failed: 0 });
  expect(measured.splice(0)).toEqual(candidates.slice(0, 7));
  expect(await measure({ ...input, top: 9 })).toMatchObject({ candidates: 9, measured: 2 });
  expect(measured.splice(0)).toEqual(candidates.slice(7, 9));
  await measure({ ...input, top: 8, which: 'all' });
  expect(measured).toEqual(candidates.slice(0, 8));
});

test('a network that cannot be run counts as failed; any other error ends the step, which is then tried again', async () => {
  const { store, ranking } = await rankedStore();
  const input = { specification, ranking, top: 3, which: 'missing' } as const;
  const invalid = new CandidateError({ reason: 'invalid', detail: 'it takes four images' });
  const broken = meterOf((candidate) => (candidate === candidates[1] ? invalid : undefined));
  expect(await measureLatencies({ store, meter: broken.meter })(input)).toMatchObject({
    candidates: 3,
    measured: 2,
    failed: 1,
  });
  const gone = meterOf(() => new Error('no scorer starts'));
  await expect(measureLatencies({ store, meter: gone.meter })(input)).rejects.toThrow('no scorer starts');
});

test('a step that was cancelled measures no more, so that it does not disturb the next one', async () => {
  const { store, ranking } = await rankedStore();
  const environment = new MockActivityEnvironment();
  const { meter, measured } = meterOf();
  const measure: LatencyMeter['measure'] = async (args) => {
    if (measured.length === 1) environment.cancel();
    return await meter.measure(args);
  };
  const { measureLatencies: activity } = createControlActivities({
    store,
    gate: gateOfOne(),
    meter: { ...meter, measure },
    notifying: { commands: 'refused', env: {} },
    verification: { polling: async () => [] },
  });
  const input = { specification, ranking, top: 7, which: 'missing' } as const;
  await expect(environment.run(activity, input)).rejects.toMatchObject({ name: 'CancelledFailure' });
  expect(measured).toEqual(candidates.slice(0, 2));
});
