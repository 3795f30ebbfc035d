// Tests that ONNX's own checker accepts the programs that we write; needs `npm run setup:optional`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileBlock, compileStem } from '../../../core/lowering/compile.js';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import { pythonWith } from '../../support/optional-python.js';
import { combinedBlocks, operationBlocks } from '../ops/blocks.js';

const python = pythonWith('onnx');

/** Checks each file, infers shapes strictly, and examines ports and domains; prints one line for each. */
const CHECK = `
import sys, onnx
for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    assert all(node.domain == "" for node in model.graph.node), "a node of another domain"
    print(",".join(i.name for i in model.graph.input), "->", ",".join(o.name for o in model.graph.output))
`;

describe.skipIf(python === undefined)('ONNX bytes by the independent checker', () => {
  const check = (programs: readonly Uint8Array[]): string[] => {
    const folder = mkdtempSync(join(tmpdir(), 'zeroscout-onnx-'));
    try {
      const paths = programs.map((_, i) => join(folder, `${i}.onnx`));
      programs.forEach((bytes, i) => void writeFileSync(paths[i]!, bytes));
      return execFileSync(python!, ['-c', CHECK, ...paths], { stdio: 'pipe', encoding: 'utf8' })
        .trim()
        .split('\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it('accepts the stem, the blocks of candidates, and every operation', () => {
    const networks = [0, 3125, 7777, 11_111, 15_624].map((i) =>
      nasBench201.network({ candidate: nasBench201.enumeration.at(i), resolution: 32 }),
    );
    const blocks = networks.flatMap(({ blocks }) => [
      { block: blocks[0]!, input: [16, 32, 32] as const, stride: 1 },
      { block: blocks[5]!, input: [16, 32, 32] as const, stride: 2 },
    ]);
    const tests = [...blocks, ...combinedBlocks, ...Object.values(operationBlocks).flat()];
    const [stem, ...rest] = check([
      compileStem({ block: networks[0]!.stem, input: [3, 32, 32] }),
      ...tests.map(({ block, input, stride }) => compileBlock({ block, input, stride })),
    ]);
    expect(stem).toBe('x,w:conv -> y,cov,sum');
    expect(rest).toHaveLength(tests.length);
    for (const ports of rest) expect(ports).toMatch(/^x,(w:[\w.]+,)*v -> y,cov,sum,jac,g$/);
  });

  it('refuses what is not valid', () => {
    const bytes = compileStem({
      input: [3, 32, 32],
      block: nasBench201.network({ candidate: nasBench201.enumeration.at(0), resolution: 32 }).stem,
    });
    const spoiled = Buffer.from(bytes).toString('latin1').replaceAll('ReduceSum', 'ReduceSun');
    expect(() => check([Buffer.from(spoiled, 'latin1')])).toThrow(/ReduceSun/);
  });
});
