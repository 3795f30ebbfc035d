// In: candidates and a setting. Out: which operators of a stack's program the host spends its time on (ONNX Runtime's profile).
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomDraw } from '../../core/programs/draw.js';
import { createStackScorer } from '../../engine/stack/stack-scorer.js';
import type { StackSetting } from './gpu.js';

interface Event {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}

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
  const folder = await mkdtemp(join(tmpdir(), 'zeroscout-profile-'));
  try {
    const { draws: _, statisticsThreads: __, ...options } = setting;
    const scorer = createStackScorer({ ...options, profilePrefix: join(folder, 'profile') });
    const draw = randomDraw({ seed: 1, draw: 0 });
    await scorer.prepare({ candidates, draw });
    await scorer.prepare({ candidates, draw });
    await scorer.close();
    const [file] = await readdir(folder);
    const events = JSON.parse(await readFile(join(folder, file!), 'utf8')) as Event[];
    return summarize(events);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function summarize(events: readonly Event[]): string[] {
  const nodes = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
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
