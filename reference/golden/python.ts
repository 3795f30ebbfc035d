// Runs the Python programs of reference/pytorch.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside this folder, also where this file runs from the folder `dist`, which has no Python. */
const FOLDER = ['../pytorch/', '../../../reference/pytorch/']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path))!;

/** Waits for the program; throws where it fails. Its output is dropped, its errors are shown. */
export function runPython(program: string, args: readonly string[]): void {
  const python = process.env.ZEROSCOUT_BASELINE_PYTHON ?? 'python3';
  execFileSync(python, [program, ...args], { cwd: FOLDER, stdio: ['ignore', 'ignore', 'inherit'] });
}
