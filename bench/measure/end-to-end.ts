// Measures whole searches on embedded servers and warm workers: milliseconds per candidate, and memory by
// process.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findRunning } from '../../client/embedded/embedded.js';
import { type Home, resolveHome } from '../../client/embedded/home.js';
import type { Summary } from '../../core/report/summary.js';
import { childrenOf, peakResidentBytes } from './machine.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const run = promisify(execFile);

export interface EndToEnd {
  /**
   * Milliseconds per candidate, from the start of the search to its report. Each call needs a new seed,
   * because scores of an earlier one would be reused.
   */
  measure(candidates: readonly string[], seed: number): Promise<number>;
  /** The largest resident size of each process, in bytes. */
  memory(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

/** Starts servers and workers in a separate home and warms them up with a small search. */
export async function startEndToEnd({
  batch,
  candidates,
}: {
  readonly batch: number;
  readonly candidates: readonly string[];
}): Promise<EndToEnd> {
  const folder = await mkdtemp(join(tmpdir(), 'zeroscout-bench-'));
  const env = benchEnvironment(folder);
  const home = resolveHome({ env });
  const command = (args: readonly string[]) =>
    run(process.execPath, [MAIN, ...args], { env, maxBuffer: 1 << 26 });
  await command(['services', 'up']);
  const worker = (args: readonly string[]) =>
    spawn(process.execPath, [MAIN, 'worker', ...args], { env, stdio: 'ignore' });
  const concurrency = String(availableParallelism());
  const workers = { control: worker(['--role', 'control']), score: worker(['--concurrency', concurrency]) };
  let searches = 0;
  const measure = async (list: readonly string[], seed: number): Promise<number> => {
    const name = `bench-${searches++}`;
    await writeFile(join(folder, `${name}.txt`), list.join('\n'));
    const specification = {
      name,
      space: { kind: 'nas-bench-201' },
      strategy: { kind: 'list', file: `${name}.txt` },
      fidelity: { draws: 1, batch, resolution: 32 },
      aggregation: 'log-rank',
      cohort: 'written',
      seed,
    };
    const file = join(folder, `${name}.json`);
    await writeFile(file, JSON.stringify(specification));
    const { stdout } = await command(['run', file, '--workers', '0', '--json']);
    const { scored, millisecondsPerCandidate } = JSON.parse(stdout) as Summary;
    if (scored !== list.length) throw new Error(`the search scored ${scored} of ${list.length} candidates`);
    return millisecondsPerCandidate;
  };
  await measure(candidates.slice(0, 8), 0);
  return {
    measure,
    memory: () => memoryOf({ home, workers }),
    close: async () => {
      await Promise.all(Object.values(workers).map(end));
      await command(['services', 'down']);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The environment without settings of servers; binaries are shared with the usual home. */
function benchEnvironment(folder: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL_|NATS_|ZEROSCOUT_)/.test(name));
  return {
    ...Object.fromEntries(kept),
    ZEROSCOUT_HOME: join(folder, 'home'),
    ZEROSCOUT_BIN: resolveHome().bin,
  };
}

async function memoryOf({
  home,
  workers,
}: {
  readonly home: Home;
  readonly workers: Readonly<Record<string, ChildProcess>>;
}): Promise<Record<string, number>> {
  const { temporal, nats } = await findRunning({ home });
  const pids: Record<string, number> = { temporal: temporal?.pid ?? 0, nats: nats?.pid ?? 0 };
  for (const [name, { pid }] of Object.entries(workers)) {
    pids[`${name} worker`] = pid ?? 0;
    for (const [i, child] of childrenOf(pid ?? 0).entries()) pids[`${name} worker, scorer ${i + 1}`] = child;
  }
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, peakResidentBytes(pid)]));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await gone;
}
