// Measures a device that scores many candidates in one run: the whole space, large batches, against PyTorch, and agreement with the CPU.
import { availableParallelism } from 'node:os';
import { sample } from '../../core/random/shuffle.js';
import { nasBench201 } from '../../core/spaces/nas-bench-201/definition.js';
import type { BatchedDevice } from '../../core/specification/devices.js';
import { PRESETS } from '../../core/specification/fidelity.js';
import { estimateSupernetSize, providerOf } from '../../engine/batched/device.js';
import { checkDevice } from '../../engine/check-device.js';
import { startBaseline } from './baseline.js';
import { measureAgreement } from './device-agreement.js';
import { openPool, RESOLUTION, randomCandidates, scoreAll } from './device-pool.js';
import { measureSupernet, type SupernetMeasurement } from './gpu.js';
import { measureOperators } from './gpu-operators.js';
import { profileSupernet } from './gpu-profile.js';
import { describeFill, measureFill } from './supernet-fill.js';

/**
 * Batch sizes at which every block is measured, as published, with a number of candidates that suffices for a
 * steady time.
 */
const LARGE = [
  { batch: 64, candidates: 1000 },
  { batch: 16, candidates: 2000 },
] as const;
const COMPARED = 200;
const BASELINE_CANDIDATES = 20;
/**
 * On a borrowed GPU, steps that would begin after this time are skipped, so that one call ends within eight
 * minutes.
 */
const LATEST_START_MS = 6.5 * 60_000;

export interface DeviceBench {
  readonly device: BatchedDevice;
  /** The most candidates in any step; by default the whole space, and as many as each step needs. */
  readonly candidates?: number | undefined;
  readonly baseline: 'with' | 'without';
  readonly detail: 'with' | 'without';
  readonly print: (line: string) => void;
}

/** Throws a DeviceError if there is no such device. `leftOut` names the steps for which there was no time. */
export async function benchDevice(bench: DeviceBench) {
  const { device, print } = bench;
  const { nodes } = await checkDevice({ device });
  print(`device ${device}: all ${nodes} nodes of a small program ran there`);
  const begin = performance.now();
  const leftOut: string[] = [];
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T | undefined> => {
    if (device === 'cpu-stack' || performance.now() - begin < LATEST_START_MS) return work();
    print(`\n${name}: left out, eight minutes are nearly over`);
    leftOut.push(name);
    return undefined;
  };
  if (bench.detail === 'with')
    for (const line of await measureOperators({ device: providerOf(device), rows: 128 })) print(line);
  const { batch } = PRESETS.screen;
  const fill = measureFill({ limit: estimateSupernetSize({ device, batch, resolution: RESOLUTION }) });
  print(`\nslots in use at batch ${batch}:`);
  for (const line of describeFill(fill)) print(line);
  const space = await step('the whole space', () => wholeSpace(bench));
  const agreement = await step('agreement', () =>
    measureAgreement({ device, count: Math.min(COMPARED, bench.candidates ?? COMPARED), print }),
  );
  const large: unknown[] = [];
  for (const setting of LARGE)
    large.push(await step(`batch ${setting.batch}`, () => largeBatch({ bench, ...setting })));
  return { device, fill, space, large, agreement, leftOut };
}

/**
 * Scores one candidate of each class, which ranks all written ones; then every written candidate separately.
 */
async function wholeSpace({ device, candidates: most = Number.POSITIVE_INFINITY, print }: DeviceBench) {
  const { enumeration, representative } = nasBench201;
  const { size, at } = enumeration;
  const written = inRandomOrder(Array.from({ length: size }, (_, i) => at(i))).slice(0, most);
  const classes = [...new Set(written.map((candidate) => representative(candidate)))];
  const pool = openPool(device);
  const rows: { name: string; candidates: number; seconds: number }[] = [];
  const measure = async (
    name: string,
    { candidates, preset, seed }: Omit<Parameters<typeof scoreAll>[0], 'pool'>,
  ) => {
    const { seconds } = await scoreAll({ pool, candidates, preset, seed });
    const each = ((seconds * 1000) / candidates.length).toFixed(3);
    print(`  ${name.padEnd(48)} ${seconds.toFixed(2)} s, ${each} ms a candidate`);
    rows.push({ name, candidates: candidates.length, seconds });
  };
  print(
    `\n${written.length} written candidates, ${classes.length} classes, through a worker's scorer process`,
  );
  try {
    // Every row has a seed of its own, so that the time includes creating the tensors of its draws.
    await measure('warm-up: start, program, first runs (screen)', {
      candidates: classes,
      preset: 'screen',
      seed: 1,
    });
    await measure('screen, classes', { candidates: classes, preset: 'screen', seed: 2 });
    await measure('standard, classes', { candidates: classes, preset: 'standard', seed: 3 });
    await measure('screen, every written candidate', { candidates: written, preset: 'screen', seed: 4 });
  } finally {
    await pool.close();
  }
  return rows;
}

async function largeBatch({
  bench: { device, candidates: most = Number.POSITIVE_INFINITY, baseline, detail, print },
  batch,
  candidates: count,
}: {
  readonly bench: DeviceBench;
  readonly batch: number;
  readonly candidates: number;
}) {
  const candidates = randomCandidates(Math.min(count, most));
  const size = estimateSupernetSize({ device, batch, resolution: RESOLUTION });
  const threads = availableParallelism();
  const setting = {
    device: providerOf(device),
    batch,
    resolution: RESOLUTION,
    size,
    draws: 1,
    threads,
  } as const;
  const measured = await measureSupernet({ candidates, setting });
  for (const line of describe(measured)) print(line);
  if (detail === 'with') for (const line of await profileSupernet({ candidates, setting })) print(line);
  if (baseline === 'without') return measured;
  const theirs = await againstPyTorch({ batch, candidates, device });
  print(
    `  PyTorch eager ${theirs.milliseconds.toFixed(1)} ms a candidate (${theirs.count} candidates, contiguous); ratio ${(theirs.milliseconds / measured.whole).toFixed(1)}`,
  );
  return { ...measured, baseline: theirs };
}

/** New weights for each candidate, one after the other, as published code does. */
async function againstPyTorch({
  batch,
  candidates,
  device,
}: {
  readonly batch: number;
  readonly candidates: readonly string[];
  readonly device: BatchedDevice;
}) {
  const baseline = await startBaseline();
  try {
    const options = {
      batch,
      device: device === 'cuda' ? 'cuda' : 'cpu',
      memoryFormat: 'contiguous',
    } as const;
    const list = candidates.slice(0, BASELINE_CANDIDATES);
    await baseline.measure({ ...options, candidates: list.slice(0, 3) });
    const milliseconds = await baseline.measure({ ...options, candidates: list });
    return { milliseconds, count: list.length, versions: baseline.versions };
  } finally {
    await baseline.close();
  }
}

function describe(r: SupernetMeasurement): string[] {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const lines = [
    `\nbatch ${r.batch}, every block, ${r.size} candidates a run: ${r.whole.toFixed(3)} ms a candidate, ${r.seconds.toFixed(2)} s, ${r.runsOfDraw} runs a draw`,
    `  runs alone ${r.runs.toFixed(3)} ms a candidate, ${r.medianRun.toFixed(1)} ms a run, ${((r.medianRun * 1000) / (r.batch * r.size)).toFixed(1)} us an image`,
    `  eigenvalues ${r.eigenvalues.toFixed(3)} ms a candidate over all threads`,
    `  warm-up: session of ${r.nodes} nodes ${r.openSeconds.toFixed(2)} s, first run ${r.warmUpSeconds.toFixed(2)} s`,
    `  slots used ${percent(r.fill.convolutions)} (convolutions), ${percent(r.fill.all)} (all)`,
    `  host ${r.hostMegabytes.toFixed(0)} MB${r.deviceMegabytes ? `, device ${r.deviceMegabytes} MB` : ''}`,
  ];
  return r.outOfMemory.length ? [...lines, `  out of memory at ${r.outOfMemory.join(', ')}`] : lines;
}

/** All candidates in a random order, as a worker receives them (activities/spread-evenly.ts). */
function inRandomOrder(list: readonly string[]): string[] {
  const key = { seed: 1, draw: 0, name: 'order' };
  return sample({ key, count: list.length, size: list.length }).map((i) => list[i]!);
}
