// Runs a real Temporal development server on a data folder, with the limits that a test sets.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { isTemporalAnswering } from '../../client/connections/temporal-setup.js';
import { ensureBinary } from '../../client/embedded/binaries.js';
import { type TestHome, until } from './home.js';
import { freePort } from './nats.js';

export interface TemporalServer {
  readonly address: string;
  readonly pid: number;
  stop(): Promise<void>;
}

interface StartTemporalArguments {
  readonly home: TestHome;
  /** Dynamic configuration, such as `limit.historyCount.suggestContinueAsNew`. */
  readonly limits?: Readonly<Record<string, number | boolean>>;
}

/** How often a server is started that ends at once. */
const ATTEMPTS = 3;

/** Between the choice of a port and its use, another server of a test may take it, so a server that ends is started again. */
export async function startTemporal(given: StartTemporalArguments): Promise<TemporalServer> {
  for (let attempt = 1; ; attempt++) {
    const started = await tryTemporal(given);
    if (!('code' in started)) return started;
    if (attempt === ATTEMPTS) throw new Error(`Temporal ended ${attempt} times, with code ${started.code}`);
  }
}

async function tryTemporal({
  home: { home, dir },
  limits = {},
}: StartTemporalArguments): Promise<TemporalServer | { readonly code: number }> {
  const { path } = await ensureBinary({ home, name: 'temporal', onStep: console.log });
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const dynamic = Object.entries(limits).flatMap(([name, value]) => [
    '--dynamic-config-value',
    `${name}=${value}`,
  ]);
  const args = ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', `${port}`];
  const file = ['--db-filename', join(dir, `temporal-${port}.db`), '--log-level', 'error'];
  const child = spawn(path, [...args, ...file, ...dynamic], { stdio: 'ignore' });
  endWithUs(child);
  await until(() => child.exitCode !== null || isTemporalAnswering({ address, timeoutMs: 1_000 }), {
    what: 'Temporal starts',
    timeoutMs: 60_000,
  });
  if (child.exitCode !== null) return { code: child.exitCode };
  return {
    address,
    pid: child.pid!,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** A test process that ends early must not leave its server behind. */
function endWithUs(child: ChildProcess): void {
  const end = () => child.kill('SIGKILL');
  process.on('exit', end);
  child.on('exit', () => process.off('exit', end));
}
