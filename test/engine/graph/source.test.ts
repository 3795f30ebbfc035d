// Tests where a candidate's network comes from, and at which features it is measured.
import { expect, it } from 'vitest';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { featuresOfStructure, structureText } from '../../../core/graph/structure.js';
import { openSpace } from '../../../core/spaces/index.js';
import { sourceOf } from '../../../engine/graph/source.js';
import { smallNetwork } from '../../support/small-networks.js';

const graph = readOnnx({ bytes: smallNetwork({ widths: [4, 8, 8], kernel: 3 }), file: 'small.onnx' });
const relus = graph.nodes.flatMap(({ op, outputs }) => (op === 'Relu' ? outputs : []));
const about = { name: 'small', digest: 'a'.repeat(64), macs: 1, parameters: 1, form: 'maps' as const };
const space = { kind: 'onnx' as const, resolution: 16, networks: [about] };

function wantedOf(features?: readonly string[]) {
  const structure = structureText({ graph, constants: new Set(), features });
  const fidelity = { batch: 2, resolution: 16, weights: 'shared', features: 'stages' } as const;
  const request = { space, candidate: 'small', structure, seed: 1, draws: [0], fidelity };
  const source = sourceOf({ request, space: openSpace(space) });
  return { wanted: 'graph' in source ? source.wanted : undefined, named: featuresOfStructure(structure) };
}

it('the tensors that a structure names, and otherwise those of the fidelity', () => {
  const { wanted, named } = wantedOf([relus[0]!, relus[2]!]);
  expect(named).toHaveLength(2);
  expect(wanted).toEqual(named);
  expect(wantedOf().wanted).toBe('stages');
});

it('the network of a space that builds it', () => {
  const cells = openSpace({ kind: 'nas-bench-201' });
  const candidate = cells.random({ seed: 1, draw: 0, name: 'x' });
  const fidelity = { batch: 2, resolution: 16, weights: 'shared', features: 'stages' } as const;
  const request = { space: { kind: 'nas-bench-201' as const }, candidate, seed: 1, draws: [0], fidelity };
  expect(sourceOf({ request, space: cells })).toHaveProperty('network.blocks.length', 17);
});
