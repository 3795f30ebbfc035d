// Runs some work while every thread of another process is suspended, which SIGSTOP takes milliseconds to do.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from './home.js';

/** The waiting time on systems other than Linux, which do not show threads under /proc. */
const ELSEWHERE_MS = 200;

/** Runs `work` while process `pid` is suspended, and lets it continue afterwards. */
export async function whileStopped<T>(pid: number, work: () => Promise<T>): Promise<T> {
  process.kill(pid, 'SIGSTOP');
  try {
    if (process.platform !== 'linux') await sleep(ELSEWHERE_MS);
    else
      await until(() => threadStates(pid).every((state) => state === 'T'), {
        what: `every thread of process ${pid} stands still`,
        timeoutMs: 10_000,
        everyMs: 5,
      });
    return await work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

/**
 * The state of each thread as one letter (proc(5)): T means suspended. A thread that ends in the meantime is
 * left out.
 */
function threadStates(pid: number): readonly string[] {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).flatMap((id) => {
    try {
      const stat = readFileSync(`${tasks}/${id}/stat`, 'utf8');
      return [stat.charAt(stat.lastIndexOf(')') + 2)];
    } catch {
      return [];
    }
  });
}
