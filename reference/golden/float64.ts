// Runs the engine's programs of gradients in float64 instead of ONNX Runtime's float32, and computes proxies from them, so that
// an error of a formula can be told from rounding.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeasuredProxy } from '../../core/proxies/catalogue.js';
import { FAMILY_NAMES } from '../../core/specification/families.js';
import { isMeasuredFamily, measuredProxiesOf } from '../../core/specification/measured-families.js';
import { needsOf, scorePrograms } from '../../engine/graph/measure-whole.js';
import { type OpenProgram, openPrograms } from '../../engine/graph/whole-programs.js';
import { runPython } from './python.js';
import { drawOf, type WholeCase, writerOf } from './whole.js';

const NO_COSTS = { flops: 0, parameters: 0 };

interface Float64Arguments {
  readonly item: WholeCase;
  /** The folder of the ONNX files. */
  readonly folder: string;
  readonly proxies: readonly MeasuredProxy[];
}

interface InFloat64 {
  /** The proxies, by name. */
  readonly values: Readonly<Record<string, number>>;
  /**
   * The largest error of ONNX Runtime's float32 in an output of the program: the norm of the difference, relative to
   * the norm of the output in float64.
   */
  readonly gradients: number;
}

/** Proxies of a case; undefined where they need more than gradients with respect to weights and images. */
export async function computeInFloat64({
  item,
  folder,
  proxies,
}: Float64Arguments): Promise<InFloat64 | undefined> {
  const families = FAMILY_NAMES.filter(isMeasuredFamily).filter((family) =>
    measuredProxiesOf(family).some((name) => proxies.includes(name)),
  );
  const { batch } = item;
  const write = await writerOf(item, folder);
  const programs = await openPrograms({ write, batch, needs: needsOf({ families }), threads: 1 });
  try {
    const { backward, forward, fisher, absolute, ...rest } = programs;
    if (!backward || forward || fisher || absolute) return undefined;
    const errors: number[] = [];
    const widened = { ...rest, backward: inFloat64(backward, errors) };
    const opened = scorePrograms({ programs: widened, batch, costs: NO_COSTS, families });
    const values = await opened.score(drawOf(item));
    return { values, gradients: Math.max(...errors) };
  } finally {
    await programs.close();
  }
}

/**
 * The program, which the reference evaluator of ONNX runs. Its outputs are float64, and read like the engine's float32,
 * whose relative errors are added to the list.
 */
function inFloat64({ program, run }: OpenProgram, errors: number[]): OpenProgram {
  return {
    program,
    run: async (tensors) => {
      const folder = mkdtempSync(join(tmpdir(), 'zeroscout-float64-'));
      try {
        writeFileSync(join(folder, 'program.onnx'), program.bytes);
        const inputs = program.feeds.map(({ name }) => tensors[name]!.data as Float32Array);
        writeFileSync(join(folder, 'inputs.bin'), Buffer.concat(inputs.map(bytesOf)));
        runPython('float64.py', [folder]);
        const exact = readOutputs(folder);
        const single = await run(tensors);
        for (const [name, values] of Object.entries(exact)) errors.push(relativeError(single[name]!, values));
        return exact as unknown as Readonly<Record<string, Float32Array>>;
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}

function relativeError(found: Float32Array, exact: Float64Array): number {
  const difference = exact.map((value, i) => found[i]! - value);
  return difference.every((each) => each === 0) ? 0 : norm(difference) / norm(exact);
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

function readOutputs(folder: string): Readonly<Record<string, Float64Array>> {
  const bytes = new Uint8Array(readFileSync(join(folder, 'outputs.bin')));
  const numbers = new Float64Array(bytes.buffer);
  const places = JSON.parse(readFileSync(join(folder, 'outputs.json'), 'utf8')) as [string, number, number][];
  return Object.fromEntries(
    places.map(([name, start, end]) => [name, numbers.subarray(start, end)] as const),
  );
}
