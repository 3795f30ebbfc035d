// Does some work while every thread of another process stands still, which SIGSTOP takes milliseconds to do.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from './home.js';

/** How long other systems than Linux, which do not show threads under /proc, are given. */
const ELSEWHERE_MS = 200;

/** Does `work` while process `pid` stands still, and lets it go on afterwards. */
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

/** One letter a thread, as in proc(5): T is stopped. A thread that ends meanwhile is left out. */
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
