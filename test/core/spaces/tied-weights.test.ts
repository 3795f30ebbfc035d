// Tests that candidates of one equivalence class score the same through the engine when their weights are tied.
import { describe, expect, it } from 'vitest';
import type { Weight } from '../../../core/ir/block.js';
import { type Draw, randomDraw } from '../../../core/ir/draw.js';
import { sample } from '../../../core/random/shuffle.js';
import { terms } from '../../../core/spaces/nas-bench-201/canonical.js';
import { parseCell } from '../../../core/spaces/nas-bench-201/cell.js';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import { largestDeviation, scoreCandidate, withPrograms } from '../../support/engine.js';

const PAIRS = 12;

const draw = randomDraw({ seed: 5, draw: 0 });
const weights = new Map<string, Float32Array>();

/** Draws each weight once for all candidates. */
function drawn({ name, shape }: Weight): Float32Array {
  const key = `${name} ${shape}`;
  if (!weights.has(key)) weights.set(key, draw.weight({ name, shape }));
  return weights.get(key)!;
}

/** Names each convolution of a cell by its term in the canonical key instead of its edge. */
function tied(candidate: string): Draw {
  const { convolutions } = terms(parseCell(candidate));
  return {
    ...draw,
    weight: ({ name, shape }) => {
      const [, block, edge] = /^(block\d+)\.edge(\d)$/.exec(name) ?? [];
      return drawn({ name: edge ? `${block}.${convolutions.get(Number(edge))}` : name, shape });
    },
  };
}

/** Random classes with more than one member, and two random members of each. */
function pairs(): [string, string][] {
  const members = new Map<string, string[]>();
  for (let i = 0; i < nasBench201.enumeration.size; i++) {
    const candidate = nasBench201.enumeration.at(i);
    const key = nasBench201.canonicalKey(candidate);
    members.set(key, [...(members.get(key) ?? []), candidate]);
  }
  const classes = [...members.values()].filter((m) => m.length > 1 && m[0]!.includes('conv'));
  return sample({ key: { seed: 11, draw: 0, name: 'classes' }, count: PAIRS, size: classes.length }).map(
    (c) => {
      const key = { seed: 11, draw: c, name: 'members' };
      const [a, b] = sample({ key, count: 2, size: classes[c]!.length });
      return [classes[c]![a!]!, classes[c]![b!]!];
    },
  );
}

describe('two members of one class under tied weights', () => {
  it(`score the same: ${PAIRS} random pairs`, () =>
    withPrograms(async (programs) => {
      const scores = [];
      for (const pair of pairs()) {
        const [a, b] = [
          await scoreCandidate({ candidate: pair[0], draw: tied(pair[0]), programs }),
          await scoreCandidate({ candidate: pair[1], draw: tied(pair[1]), programs }),
        ];
        expect(largestDeviation(a.features, b.features), pair.join(' and ')).toBeLessThan(1e-4);
        // Where an activation is within rounding of 0, the two candidates may differ in its sign.
        expect(largestDeviation(a.blocks, b.blocks), pair.join(' and ')).toBeLessThan(5e-3);
        scores.push(a);
      }
      // Other classes score differently, so the agreement is meaningful.
      for (let i = 1; i < scores.length; i++) {
        const { features, blocks } = scores[i]!;
        const before = scores[i - 1]!;
        const apart = Math.max(
          largestDeviation(features, before.features),
          largestDeviation(blocks, before.blocks),
        );
        expect(apart).toBeGreaterThan(1e-2);
      }
    }));
});
