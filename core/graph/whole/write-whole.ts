// Writes a program of a whole network for ONNX Runtime on the CPU, in float32 or in float64.
import type { Precision } from '../../onnx/graph.js';
import type { Tape } from '../../ops/tensor/tape.js';
import { type ProgramOutput, type WrittenProgram, writeProgram } from '../write-program.js';
import { writeOut } from './write-out.js';

/** The layout and the numbers of a program. */
export interface Target {
  /** See `WriteSite`. It has no effect in float64, whose programs are in the plain layout. */
  readonly channelBlock: number;
  readonly precision: Precision;
}

interface WriteWholeArguments {
  readonly tape: Tape;
  readonly outputs: readonly ProgramOutput[];
  readonly target: Target;
  readonly fusion?: 'none' | 'transposes';
}

/**
 * In float64 ONNX Runtime has no kernels for the operations that are written out (`writeErf` writes the error function,
 * which GELU contains).
 */
export function writeWhole({
  tape,
  outputs,
  target: { channelBlock, precision },
  fusion = 'none',
}: WriteWholeArguments): WrittenProgram {
  if (precision === 'float32') return writeProgram({ tape, outputs, fed: new Map(), channelBlock, fusion });
  const { tape: simple, idOf } = writeOut(tape, ['Conv', 'ConvTranspose', 'AveragePool', 'Gelu']);
  return writeProgram({
    tape: simple,
    outputs: outputs.map(({ name, id }) => ({ name, id: idOf(id) })),
    fed: new Map(),
    channelBlock: 1,
    fusion: 'transposes',
    precision,
  });
}
