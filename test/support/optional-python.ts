// Finds the Python that has the packages of `npm run setup:optional`, or the one that ZEROSCOUT_BASELINE_PYTHON names.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const VENV = fileURLToPath(new URL('../../reference/pytorch/.venv/bin/python', import.meta.url));

/**
 * The path of an interpreter that can import the package; undefined if there is none, in which case its tests
 * are skipped.
 */
export function pythonWith(name: 'onnx' | 'onnxscript' | 'torch'): string | undefined {
  const python = process.env.ZEROSCOUT_BASELINE_PYTHON ?? (existsSync(VENV) ? VENV : 'python3');
  return spawnSync(python, ['-c', `import ${name}`]).status === 0 ? python : undefined;
}
