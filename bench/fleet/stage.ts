// Starts everything that a scenario needs in a separate home: embedded servers, control workers and a fleet of
// synthetic score workers.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { connectTemporal } from '../../client/connections/connect-temporal.js';
import { resolveConnections } from '../../client/connections/resolve-connections.js';
import { ensureServices, stopServices } from '../../client/embedded/embedded.js';
import { resolveHome } from '../../client/embedded/home.js';
import { connectStore } from '../../store/jetstream.js';
import type { Store } from '../../store/store.js';
import { type Disk, measureDisk, onInterrupt, separateEnvironment, waitForEnd } from '../scale/stage.js';
import type { FleetDevice, Scoring } from './messages.js';
import { type Losses, type SpotFleet, startSpotFleet } from './spot-fleet.js';
import { type Usage, watchUsage } from './usage.js';

const CONTROL = fileURLToPath(new URL('../scale/worker.js', import.meta.url));

export interface StageOptions {
  readonly workers: number;
  readonly perProcess: number;
  readonly controls: number;
  readonly scoring: Scoring;
  readonly losses: Losses;
}

export interface Stage {
  readonly client: Client;
  readonly store: Store;
  readonly fleet: SpotFleet;
  /** The size of the fleet. */
  readonly workers: number;
  readonly device: FleetDevice;
  /** Seconds until all workers polled. */
  readonly startSeconds: number;
  watch(): { end(): Promise<Usage> };
  disk(): Promise<Disk>;
}

/** Runs `work` on a stage, and removes the stage after it. */
export async function withStage<T>(options: StageOptions, work: (stage: Stage) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'zeroscout-fleet-'));
  const env = { ...separateEnvironment(folder), ZEROSCOUT_LOG_LEVEL: 'warn' };
  const home = resolveHome({ env });
  const services = await ensureServices({ home, onStep: () => {} });
  const controls = Array.from({ length: options.controls }, (_, i) =>
    launchControl(env, join(folder, `control-${i}.log`)),
  );
  const fleet = startSpotFleet({ ...options, env, folder });
  const ends: (() => unknown)[] = [];
  const stopWaiting = onInterrupt(() => stopServices({ home }));
  try {
    const began = performance.now();
    await fleet.ready();
    const startSeconds = (performance.now() - began) / 1000;
    const { temporal, nats } = await resolveConnections({ home, env, start: 'never', onStep: () => {} });
    const connection = await connectTemporal(temporal);
    ends.push(() => connection.close());
    const store = await connectStore({ url: nats.url, name: 'bench' });
    ends.push(() => store.close());
    const countScores = async () =>
      (await store.housekeeping.usage()).find(({ what }) => what === 'scores')?.messages ?? 0;
    const groups = () => ({
      Temporal: [services.temporal!.pid],
      NATS: [services.nats!.pid],
      'control workers': controls.map(({ pid }) => pid!),
      'score workers': fleet.pids(),
    });
    return await work({
      client: new Client({ connection, namespace: temporal.namespace }),
      store,
      fleet,
      workers: options.workers,
      device: options.scoring.device,
      startSeconds,
      watch: () => watchUsage({ groups, countScores }),
      disk: () => measureDisk({ home, files: join(folder, 'out') }),
    });
  } finally {
    stopWaiting();
    await fleet.close();
    for (const end of ends) await end();
    for (const child of controls) child.kill('SIGTERM');
    await Promise.allSettled(controls.map(waitForEnd));
    await stopServices({ home });
    if (process.env.ZEROSCOUT_KEEP === undefined) await rm(folder, { recursive: true, force: true });
    else console.log(`left in ${folder}`);
  }
}

function launchControl(env: NodeJS.ProcessEnv, log: string): ChildProcess {
  const child = spawn(process.execPath, [...process.execArgv, CONTROL, 'control'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.stderr!.pipe(createWriteStream(log));
  return child;
}
