// Samples processor time and memory of groups of processes every few seconds, and how many scores the store has.
import { cpuSeconds, peakResidentBytes, residentBytes } from '../measure/machine.js';

const SAMPLE_MS = 2_000;
/** The most points of the course that are kept. */
const MOST_POINTS = 50;

export interface GroupUse {
  readonly name: string;
  readonly cpuSeconds: number;
  /** The largest sum of the resident sizes of its processes. */
  readonly peakBytes: number;
}

/** One point of the course of a scenario. */
export interface Moment {
  /** Since the beginning of the scenario. */
  readonly seconds: number;
  readonly scores: number;
  /** Resident sizes by group. */
  readonly bytes: Readonly<Record<string, number>>;
}

export interface Usage {
  readonly groups: readonly GroupUse[];
  readonly course: readonly Moment[];
}

/** `groups` returns the processes of each group that live now. */
export function watchUsage({
  groups,
  countScores,
}: {
  readonly groups: () => Readonly<Record<string, readonly number[]>>;
  readonly countScores: () => Promise<number>;
}): { end(): Promise<Usage> } {
  const began = performance.now();
  const first = new Map<number, number>();
  const last = new Map<number, { name: string; cpu: number }>();
  const peaks = new Map<string, number>();
  const course: Moment[] = [];
  const sample = async (): Promise<void> => {
    const bytes: Record<string, number> = {};
    for (const [name, pids] of Object.entries(groups())) {
      bytes[name] = pids.reduce((sum, pid) => sum + residentBytes(pid), 0);
      const largest = pids.length === 1 ? peakResidentBytes(pids[0]!) : bytes[name];
      peaks.set(name, Math.max(peaks.get(name) ?? 0, largest));
      for (const pid of pids) {
        const cpu = cpuSeconds(pid);
        // A process that starts later has used all its time within the scenario.
        if (!first.has(pid)) first.set(pid, course.length === 0 ? cpu : 0);
        last.set(pid, { name, cpu: Math.max(cpu, last.get(pid)?.cpu ?? 0) });
      }
    }
    const seconds = (performance.now() - began) / 1000;
    // A server that is too busy to answer has at least as many scores as before.
    const scores = await countScores().catch(() => course.at(-1)?.scores ?? 0);
    course.push({ seconds, scores, bytes });
  };
  let pending = sample();
  const timer = setInterval(() => {
    pending = pending.then(sample);
  }, SAMPLE_MS);
  return {
    end: async () => {
      clearInterval(timer);
      await pending;
      await sample();
      const spent = new Map<string, number>();
      for (const [pid, { name, cpu }] of last)
        spent.set(name, (spent.get(name) ?? 0) + cpu - first.get(pid)!);
      const used = [...spent].map(([name, cpu]) => ({ name, cpuSeconds: cpu, peakBytes: peaks.get(name)! }));
      const step = Math.ceil(course.length / MOST_POINTS);
      const kept = course.filter((_, i) => i % step === 0 || i === course.length - 1);
      return { groups: used, course: kept };
    },
  };
}
