// Runs the PyTorch baseline (reference/pytorch) in one long-lived process and measures milliseconds per
// candidate.
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SpaceSpecification } from '../../core/specification/space.js';

const FOLDER = fileURLToPath(new URL('../../../reference/pytorch', import.meta.url));

export const MEMORY_FORMATS = ['contiguous', 'channels_last'] as const;
export type MemoryFormat = (typeof MEMORY_FORMATS)[number];

interface Answer {
  readonly milliseconds: readonly number[];
  readonly wall: number;
  readonly peakBytes: number;
  readonly error?: string;
  readonly [version: string]: unknown;
}

export interface Baseline {
  readonly versions: Readonly<Record<string, unknown>>;
  /** Wall time over candidates, in milliseconds, with new weights for each, as published code does. */
  measure(args: {
    candidates: readonly string[];
    space?: SpaceSpecification;
    batch: number;
    resolution?: number;
    threads?: number;
    device?: string;
    /** `contiguous` is what published code uses; `channels_last` suits PyTorch's CPU kernels better. */
    memoryFormat?: MemoryFormat;
  }): Promise<number>;
  close(): Promise<void>;
}

/**
 * Installs the baseline's pinned requirements on first use, unless ZEROSCOUT_BASELINE_PYTHON names a Python
 * that has them.
 */
export async function startBaseline(): Promise<Baseline> {
  const { first, ask, close } = await startProgram<Answer>('score.py', '--serve');
  return {
    versions: first,
    measure: async ({ candidates, space, ...options }) => {
      const { milliseconds, error } = await ask({ archs: candidates, space: space?.kind, ...options });
      if (error !== undefined) throw new Error(`the baseline failed: ${error}`);
      return milliseconds.reduce((sum, value) => sum + value, 0) / milliseconds.length;
    },
    close,
  };
}

/**
 * Starts a program of reference/pytorch, which prints a line when it is ready and then answers each line with
 * one line.
 */
export async function startProgram<T>(...program: readonly string[]) {
  const python = process.env.ZEROSCOUT_BASELINE_PYTHON ?? 'python3';
  execFileSync(python, ['setup.py'], { cwd: FOLDER, stdio: ['ignore', 'ignore', 'inherit'] });
  const child = spawn(python, program, { cwd: FOLDER, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<T> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the baseline ended; see its message above');
    return JSON.parse(value) as T;
  };
  return {
    first: await read(),
    ask: (request: object): Promise<T> => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return read();
    },
    close: async (): Promise<void> => {
      const gone = new Promise((done) => child.once('exit', done));
      child.stdin.end();
      await gone;
    },
  };
}
