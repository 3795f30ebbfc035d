// Runs the built command line in a home and returns its exit code, stdout and stderr.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { scoredFamilies } from '../../core/specification/families.js';
import { parseSpecification } from '../../core/specification/specification.js';
import type { TestHome } from './home.js';
import { until } from './home.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/**
 * A command ends, or a worker waits, soon after its modules are loaded. V8's optimizing compiler would take a
 * fifth of the processor time of a command for code that hardly runs again, so it starts thirty times later
 * than by default. The processes that a command starts do not inherit the flag, and later Nodes neither know
 * nor need it.
 */
const LATE_OPTIMIZATION = process.version.startsWith('v20.') ? ['--interrupt-budget=2000000'] : [];

export interface Outcome {
  /** The exit code; -1 if a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Place {
  readonly home: TestHome;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** A command that runs the command after it in its own process, such as on another host. */
  readonly wrapper?: readonly string[];
}

export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves when it has ended. */
  readonly ended: Promise<Outcome>;
  /** Its output so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until its output matches. */
  says(pattern: RegExp, timeoutMs?: number): Promise<void>;
}

/** Settings of the person who runs the tests (servers, log level) must not affect them. */
export function environment({ home: { home }, env }: Place): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(ZEROSCOUT|TEMPORAL|NATS|OTEL|VITEST|NODE_ENV|NODE_OPTIONS|FORCE_COLOR)/.test(name),
  );
  return {
    ...Object.fromEntries(clean),
    ZEROSCOUT_HOME: home.root,
    ZEROSCOUT_BIN: home.bin,
    NO_COLOR: '1',
    ...env,
  };
}

export function spawnZeroscout(args: readonly string[], place: Place): Running {
  return spawnNode([...LATE_OPTIMIZATION, MAIN, ...args], place);
}

/** Runs any node script in the home's environment; it ends with the test process. */
export function spawnNode(args: readonly string[], place: Place): Running {
  const [program, ...words] = [...(place.wrapper ?? []), process.execPath, ...args];
  const child = spawn(program!, words, {
    cwd: place.cwd ?? place.home.dir,
    env: environment(place),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  place.home.children.add(child);
  const end = () => child.kill('SIGKILL');
  process.on('exit', end);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const typed = args.slice(args.indexOf(MAIN) + 1).join(' ');
  let over = false;
  // `close` would wait for every process that inherited the pipes; `exit` may come before the last output.
  const ended = new Promise<Outcome>((resolve) => {
    child.once('close', (code) => {
      over = true;
      process.off('exit', end);
      place.home.children.delete(child);
      resolve({ code: code ?? -1, stdout, stderr });
    });
  });
  const says = async (pattern: RegExp, timeoutMs = 60_000) => {
    const said = () => pattern.test(stdout + stderr);
    await until(() => said() || over, {
      what: `"zeroscout ${typed}" says ${pattern}\n${stderr}`,
      timeoutMs,
    });
    if (!said()) throw new Error(`"zeroscout ${typed}" ended without ${pattern}:\n${stderr}`);
  };
  return { child, pid: child.pid!, ended, stdout: () => stdout, stderr: () => stderr, says };
}

export function zeroscout(args: readonly string[], place: Place): Promise<Outcome> {
  return spawnZeroscout(args, place).ended;
}

/** Like `zeroscout`, for a command that must succeed. */
export async function done(args: readonly string[], place: Place): Promise<Outcome> {
  const outcome = await zeroscout(args, place);
  if (outcome.code !== 0)
    throw new Error(
      `"zeroscout ${args.join(' ')}" ended with code ${outcome.code}:\n${outcome.stderr}\n${outcome.stdout}`,
    );
  return outcome;
}

/**
 * A specification that takes few milliseconds for each candidate; `changes` are YAML lines that replace or
 * add whole keys.
 */
export function specification({
  name = 'sample',
  samples = 24,
  changes = {},
}: {
  readonly name?: string;
  readonly samples?: number;
  readonly changes?: Readonly<Record<string, unknown>>;
} = {}): string {
  return JSON.stringify({
    name,
    space: { kind: 'nas-bench-201' },
    strategy: { kind: 'random', samples },
    fidelity: { draws: 1, batch: 4, resolution: 8 },
    // Tests count what is computed: every candidate instead of every function.
    cohort: 'written',
    execution: { shardSize: 8 },
    ...changes,
  });
}

/** The families of which a search by `specification` stores scores, one for each candidate and draw. */
export const FAMILIES = scoredFamilies(parseSpecification({ text: specification(), source: 'test' }).proxies);
