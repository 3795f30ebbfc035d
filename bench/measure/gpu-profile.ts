// In: candidates and a setting. Out: which operators of a stack's program the host spends its time on (ONNX Runtime's profile).
import { randomDraw } from '../../core/ir/draw.js';
import { createStackScorer } from '../../engine/batched/stack-scorer.js';
import { nodeTimes, type ProfileEvent, profiled } from '../../engine/batched/verify-device.js';
import type { StackSetting } from './gpu.js';

/**
 * Two runs of one stack; the second counts. On a GPU a node's time is what the host needs to launch it: where a launch
 * waits for the device, that time is in it too.
 */
export async function profileStack({
  candidates,
  setting,
}: {
  candidates: readonly string[];
  setting: StackSetting;
}): Promise<string[]> {
  const { draws: _, ...options } = setting;
  const events = await profiled(async (profilePrefix) => {
    const scorer = createStackScorer({ ...options, profilePrefix });
    const draw = randomDraw({ seed: 1, draw: 0 });
    await scorer.prepare({ candidates, draw });
    await scorer.prepare({ candidates, draw });
    await scorer.close();
  });
  return summarize(events);
}

function summarize(events: readonly ProfileEvent[]): string[] {
  const nodes = nodeTimes(events);
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
