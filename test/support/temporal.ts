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

/** `limits` are dynamic configuration, such as `limit.historyCount.suggestContinueAsNew`. */
export async function startTemporal({
  home: { home, dir },
  limits = {},
}: {
  readonly home: TestHome;
  readonly limits?: Readonly<Record<string, number | boolean>>;
}): Promise<TemporalServer> {
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
  if (child.exitCode !== null) throw new Error(`${path} ${args.join(' ')} ended with code ${child.exitCode}`);
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
