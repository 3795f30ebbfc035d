// Tests that the line above a table names the size of images at which its FLOPs were counted.
import { expect, test } from 'vitest';
import { createFlopsCounter } from '../../cli/render/results.js';
import { openSpace } from '../../core/spaces/index.js';

test('the constraints decide, except in NAS-Bench-201, whose benchmark counts at one size', () => {
  const constraints = { resolution: 64 };
  const cells = createFlopsCounter({ space: { kind: 'nas-bench-201' }, constraints });
  expect(cells.line).toBe('FLOPs of images of 32 x 32');
  const candidate = openSpace({ kind: 'nas-bench-201' }).enumeration!.at(0);
  expect(cells.flopsOf(candidate)).toBe(
    openSpace({ kind: 'nas-bench-201' }).costs({ candidate, resolution: 32 }).flops,
  );
  const { line } = createFlopsCounter({ space: { kind: 'mobilenet-v2' }, constraints });
  expect(line).toBe('FLOPs of images of 64 x 64');
});
