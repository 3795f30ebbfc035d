// Prints the operators of a supernet on which the host spends its time, from ONNX Runtime's profile.
import { randomDraw } from '../../core/ir/draw.js';
import { createBatchedScorer } from '../../engine/batched/batched-scorer.js';
import { type ProfileEvent, profile, selectNodeTimes } from '../../engine/batched/verify-device.js';
import { type SupernetSetting, scorerOptions } from './gpu.js';
import { timeSupernets } from './timed-supernet.js';

/**
 * Performs two equal runs, of which the second counts. On a GPU, the time of a node is that of launching it,
 * including waiting for the device if the launch waits.
 */
export async function profileSupernet({
  candidates,
  setting,
}: {
  readonly candidates: readonly string[];
  readonly setting: SupernetSetting;
}): Promise<string[]> {
  const events = await profile(async (profilePrefix) => {
    const scorer = createBatchedScorer({
      ...scorerOptions(setting),
      open: timeSupernets({ profilePrefix }).open,
    });
    const draw = randomDraw({ seed: 1, draw: 0 });
    const ofOneRun = candidates.slice(0, setting.size);
    await scorer.score({ candidates: ofOneRun, draw });
    await scorer.score({ candidates: ofOneRun, draw });
    await scorer.close();
  });
  return summarize(events);
}

function summarize(events: readonly ProfileEvent[]): string[] {
  const nodes = selectNodeTimes(events);
  const second = nodes.slice(nodes.length / 2);
  const totals = new Map<string, { count: number; time: number }>();
  for (const { dur, args } of second) {
    const key = `${args?.op_name} ${args?.provider ?? ''}`;
    const known = totals.get(key) ?? { count: 0, time: 0 };
    totals.set(key, { count: known.count + 1, time: known.time + dur });
  }
  const all = [...totals].sort(([, a], [, b]) => b.time - a.time);
  const sum = all.reduce((total, [, { time }]) => total + time, 0);
  return [
    `  host time of ${second.length} nodes: ${(sum / 1000).toFixed(1)} ms`,
    ...all
      .slice(0, 16)
      .map(
        ([key, { count, time }]) =>
          `    ${key.padEnd(48)} ${String(count).padStart(5)} x ${(time / count).toFixed(1).padStart(7)} us = ${(time / 1000).toFixed(2)} ms`,
      ),
  ];
}
