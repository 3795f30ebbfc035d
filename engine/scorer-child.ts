// Starts a scorer process and communicates with it: sends requests, receives outcomes, and reports its end
// once.
import { type ChildProcess, fork } from 'node:child_process';
import { createParentVariable } from './lifeline.js';
import type { FromScorer, ScoreRequest, ToScorer } from './protocol.js';
import { withoutTelemetry } from './telemetry.js';
import { withoutSettings } from './without-settings.js';

/**
 * The reason why a process ended. `refused`: it ended by itself, or was not ready in time. `interrupted`: it
 * was killed from outside, which does not show whether scorers can start.
 */
export interface End {
  readonly cause: string;
  readonly how: 'refused' | 'interrupted';
}

export interface ScorerChild {
  readonly pid: number;
  send(id: number, requests: readonly ScoreRequest[]): void;
  /** Kills it. `onGone` is called when the process has ended and its memory is free. */
  kill(): void;
  /** Kills the process and waits for its end; `onGone` is not called. */
  close(): Promise<void>;
}

export interface ScorerSettings {
  readonly script: string;
  readonly threads: number;
  readonly device: string;
  /** Whether it may run the code of spaces that are modules; by default as ZEROSCOUT_ALLOW_MODULES says. */
  readonly modules?: 'allowed' | 'refused' | undefined;
  readonly startTimeoutMs: number;
}

export interface ScorerListener {
  readonly onReady: () => void;
  readonly onScored: (message: Extract<FromScorer, { type: 'scored' }>) => void;
  readonly onGone: (end: End) => void;
}

export function startScorer({
  onReady,
  onScored,
  onGone,
  ...settings
}: ScorerSettings & ScorerListener): ScorerChild {
  const { startTimeoutMs } = settings;
  const child = forkOrError(settings);
  if (child instanceof Error) return withoutProcess(child, onGone);
  let over = false;
  let killReason: string | undefined;
  const gone = (cause: string, how: End['how']) => {
    clearTimeout(timer);
    if (over) return;
    over = true;
    onGone({ cause, how });
  };
  // A process that could not be started has no id, and Node would send the signal to id 0: the process group of this program.
  const kill = () => {
    if (child.pid !== undefined) child.kill('SIGKILL');
  };
  const killFor = (cause: string) => {
    killReason ??= cause;
    kill();
  };
  const timer = setTimeout(() => killFor(`was not ready within ${startTimeoutMs / 1000} s`), startTimeoutMs);
  child.on('message', (message: FromScorer) => {
    if (over) return;
    if (message.type === 'broken') killFor(`broke: ${message.detail}`);
    else if (message.type === 'scored') onScored(message);
    else {
      clearTimeout(timer);
      onReady();
    }
  });
  child.on('error', (error) => gone(error.message, 'refused'));
  child.on('exit', (code, signal) => {
    if (killReason !== undefined) gone(killReason, 'refused');
    else if (signal) gone(`was killed by ${signal}`, 'interrupted');
    else gone(`exited with code ${code}`, 'refused');
  });
  return {
    pid: child.pid ?? 0,
    send: (id, requests) => {
      const message: ToScorer = { type: 'score', id, requests };
      child.send(message, () => {});
    },
    kill,
    close: async () => {
      clearTimeout(timer);
      over = true;
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((done) => child.once('exit', done));
      kill();
      await gone;
    },
  };
}

/** Node throws where the system has no memory for a process, while other reasons become an event of the child. */
function forkOrError(settings: ScorerSettings): ChildProcess | Error {
  try {
    return forkScorer(settings);
  } catch (error) {
    return error as Error;
  }
}

/** A scorer that was never started, which ends as one that refuses to start. */
function withoutProcess({ message }: Error, onGone: ScorerListener['onGone']): ScorerChild {
  const end = setImmediate(() => onGone({ cause: message, how: 'refused' }));
  return { pid: 0, send: () => {}, kill: () => {}, close: async () => clearImmediate(end) };
}

function forkScorer({ script, threads, device, modules }: ScorerSettings): ChildProcess {
  return fork(script, {
    serialization: 'advanced',
    execArgv: HEAP,
    env: {
      ...withoutTelemetry(withoutSettings(process.env)),
      ...ALLOCATOR,
      ...createParentVariable(),
      ZEROSCOUT_SCORER_THREADS: String(threads),
      ZEROSCOUT_SCORER_DEVICE: device,
      ...(modules ? { ZEROSCOUT_ALLOW_MODULES: modules === 'allowed' ? '1' : '0' } : {}),
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/**
 * The outputs of each run count towards V8's limit of external memory, so V8 marks its heap about once for
 * each candidate. With helper threads, marking takes six times as much processor time as on the main thread
 * alone, on cores that other scorers need.
 */
const HEAP = [
  '--max-old-space-size=512',
  '--single-threaded-gc',
  '--no-incremental-marking',
  // While the program of a graph is written, everything is alive, and a small young generation is copied again
  // and again.
  '--min-semi-space-size=16',
  '--max-semi-space-size=32',
];

/**
 * By default glibc returns large buffers to the system and requests them again, page by page, for the next
 * candidate. These settings make glibc keep them and use huge pages, since activations take megabytes and
 * address translation of small pages costs a twentieth of the time.
 */
const ALLOCATOR = {
  GLIBC_TUNABLES: [process.env.GLIBC_TUNABLES, 'glibc.malloc.hugetlb=1'].filter(Boolean).join(':'),
  MALLOC_MMAP_THRESHOLD_: '1073741824',
  MALLOC_TRIM_THRESHOLD_: '1073741824',
  MALLOC_TOP_PAD_: '67108864',
};
