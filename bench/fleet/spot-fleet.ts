// Keeps a fleet of synthetic score workers at its size, while machines are preempted and die as spot
// instances do.
import { type ChildProcess, fork } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RandomStream, randomStream } from '../../core/random/random-stream.js';
import type { FromHost, Scoring, ToHost } from './messages.js';

const HOST = fileURLToPath(new URL('./host.js', import.meta.url));
/** The slowest worker takes this many times as long as the fastest. */
const SPREAD = 4;

/** The time between the starts of two processes, so that they do not all connect at once. */
const RAMP_MS = 1_000;

/** The heap of a process may grow to this before garbage is collected at any cost: all processes share a machine. */
const HEAP_MIB = 512;

export interface FleetOptions {
  readonly workers: number;
  /** The workers of one process, which die together, like machines of one rack. */
  readonly perProcess: number;
  readonly scoring: Scoring;
  readonly env: NodeJS.ProcessEnv;
  /** Where the processes write their logs. */
  readonly folder: string;
  readonly losses: Losses;
}

/** How often workers are lost, in shares of the fleet in a minute, and how soon they are replaced. */
export interface Losses {
  readonly preempted: number;
  readonly died: number;
  readonly replacedAfterMs: number;
}

export interface SpotFleet {
  readonly counts: { preempted: number; died: number };
  /** The number of workers that poll. */
  living(): number;
  pids(): readonly number[];
  /** Resolves when all workers poll. */
  ready(): Promise<void>;
  /** Begins to lose workers; the result stops that. */
  lose(): () => void;
  close(): Promise<void>;
}

interface Rack {
  readonly child: ChildProcess;
  /** The names of its workers that poll. */
  readonly ready: Set<string>;
}

export function startSpotFleet(options: FleetOptions): SpotFleet {
  const { workers, perProcess, losses } = options;
  const random = randomStream({ seed: 1, draw: 0, name: 'spot fleet' });
  const { racks, startRack, close } = createRacks(options, random);
  const counts = { preempted: 0, died: 0 };
  const sizes = Array.from({ length: Math.ceil(workers / perProcess) }, (_, i) =>
    Math.min(perProcess, workers - i * perProcess),
  );
  for (const [i, size] of sizes.entries()) setTimeout(() => startRack(size), i * RAMP_MS);
  const preempt = () => {
    const ready = [...racks].filter((rack) => rack.ready.size > 0);
    if (ready.length === 0) return;
    const rack = random.pick(ready);
    counts.preempted++;
    tell(rack, { type: 'preempt', name: random.pick([...rack.ready]) });
  };
  const die = () => {
    if (racks.size === 0) return;
    const rack = random.pick([...racks]);
    counts.died += rack.ready.size;
    rack.child.kill('SIGKILL');
  };
  const living = () => [...racks].reduce((sum, { ready }) => sum + ready.size, 0);
  return {
    counts,
    living,
    pids: () => [...racks].map(({ child }) => child.pid!),
    ready: () => waitUntil(() => living() >= workers),
    lose: () => {
      const timers = [
        ...every(preempt, 60_000 / (losses.preempted * workers)),
        ...every(die, (60_000 * perProcess) / (losses.died * workers)),
      ];
      return () => timers.forEach(clearInterval);
    },
    close,
  };
}

/** The processes of the fleet. Each is started again after it has ended, and so is each worker in it. */
function createRacks(options: FleetOptions, random: RandomStream) {
  const { replacedAfterMs } = options.losses;
  const racks = new Set<Rack>();
  let started = 0;
  let closed = false;
  const startWorker = (rack: Rack): void => {
    if (closed || !racks.has(rack)) return;
    const name = `spot-${++started}`;
    const { device } = options.scoring;
    tell(rack, { type: 'start', name, milliseconds: timeOf(options.scoring, random), device });
  };
  const startRack = (size: number): void => {
    if (closed) return;
    const rack = { child: launch(options), ready: new Set<string>() };
    racks.add(rack);
    rack.child.on('message', (message: FromHost) => {
      if (message.type === 'up') for (let i = 0; i < size; i++) startWorker(rack);
      if (message.type === 'ready') rack.ready.add(message.name);
      if (message.type !== 'ended') return;
      rack.ready.delete(message.name);
      setTimeout(startWorker, replacedAfterMs, rack);
    });
    rack.child.on('exit', () => {
      racks.delete(rack);
      setTimeout(startRack, replacedAfterMs, size);
    });
  };
  const close = async (): Promise<void> => {
    closed = true;
    const ends = [...racks].map(({ child }) => new Promise((done) => child.once('exit', done)));
    for (const { child } of racks) child.kill('SIGKILL');
    await Promise.all(ends);
  };
  return { racks, startRack, close };
}

/** A timer for an event that comes at these intervals; none if it never comes. */
function every(work: () => void, milliseconds: number): NodeJS.Timeout[] {
  return Number.isFinite(milliseconds) ? [setInterval(work, milliseconds)] : [];
}

/** Times of candidates are spread log-uniformly around the mean: machines differ. */
function timeOf({ milliseconds }: Scoring, random: RandomStream): number {
  return milliseconds * SPREAD ** (random.below(1_000_001) / 1e6 - 0.5);
}

function launch({ env, folder }: FleetOptions): ChildProcess {
  const log = openSync(join(folder, 'workers.log'), 'a');
  const execArgv = [...process.execArgv, `--max-old-space-size=${HEAP_MIB}`];
  return fork(HOST, { env, execArgv, stdio: ['ignore', 'ignore', log, 'ipc'] });
}

function tell({ child }: Rack, message: ToHost): void {
  if (child.connected) child.send(message);
}

async function waitUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((done) => setTimeout(done, 250));
}
