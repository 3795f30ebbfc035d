// Tests properties of NAS-Bench-101: classes of isomorphic cells, and the division of channels.
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../core/random/random-stream.js';
import { enumerateClasses } from '../../../core/spaces/nas-bench-101/canonical.js';
import { type Cell, parseCell, printCell, prune } from '../../../core/spaces/nas-bench-101/cell.js';
import { nasBench101 } from '../../../core/spaces/nas-bench-101/definition.js';
import { vertexChannels } from '../../../core/spaces/nas-bench-101/network.js';

const key = (draw: number) => ({ seed: 2, draw, name: 'test' });

/** The cell with its inner vertices in a random order in which edges lead forward. */
function shuffle({ edges, operations }: Cell, draw: number): Cell {
  const random = randomStream(key(draw));
  const last = edges.length - 1;
  const order = [0];
  while (order.length < last) {
    const ready = edges.flatMap((row, v) =>
      v > 0 && v < last && !order.includes(v) && row.every((edge, from) => !edge || order.includes(from))
        ? [v]
        : [],
    );
    order.push(random.pick(ready));
  }
  order.push(last);
  return {
    edges: order.map((to, i) => order.slice(0, i).map((from) => edges[to]![from] ?? false)),
    operations: order.slice(1, -1).map((v) => operations[v - 1]!),
  };
}

describe('classes', () => {
  it('are 423,624, as published', () => {
    const classes = enumerateClasses();
    expect(classes).toHaveLength(423_624);
    expect(new Set(classes).size).toBe(423_624);
    for (let i = 0; i < classes.length; i += 10_007)
      expect(nasBench101.canonicalKey(classes[i]!)).toBe(classes[i]);
  });

  it('do not depend on the order of vertices or on vertices off every path', () => {
    let moved = 0;
    for (let draw = 0; draw < 300; draw++) {
      const text = nasBench101.random(key(draw));
      const cell = parseCell(text);
      const other = printCell(shuffle(cell, draw));
      if (other !== text) moved += 1;
      expect(nasBench101.canonicalKey(other)).toBe(nasBench101.canonicalKey(text));
      expect(nasBench101.canonicalKey(printCell(prune(cell)!))).toBe(nasBench101.canonicalKey(text));
      expect(nasBench101.costs({ candidate: other, resolution: 32 })).toEqual(
        nasBench101.costs({ candidate: text, resolution: 32 }),
      );
    }
    expect(moved).toBeGreaterThan(50);
  });

  it('differ where one operation or one edge does', () => {
    const text = '101101 input conv3x3-bn-relu maxpool3x3 output';
    const keys = [text, text.replace('maxpool3x3', 'conv1x1-bn-relu'), text.replace('101101', '111101')];
    expect(new Set(keys.map((each) => nasBench101.canonicalKey(nasBench101.parse(each)))).size).toBe(3);
  });
});

it('channels are divided among what is concatenated, the remainder to the first, and a vertex is as wide as what it feeds', () => {
  // Edges 0 -> 1; 1 -> 2, 3, 4; 2, 3, 4 -> output.
  const cell = parseCell(
    '100001110001011 input conv3x3-bn-relu conv3x3-bn-relu conv1x1-bn-relu maxpool3x3 output',
  );
  const channels = vertexChannels({ cell: prune(cell)!, input: 128, output: 128 });
  expect(channels).toEqual([128, 43, 43, 43, 42, 128]);
});

it.each([7, 1000])('with %i mutations, which flip every edge, a child is in the space too', (mutations) => {
  for (let draw = 0; draw < 20; draw++) {
    const parent = nasBench101.random({ seed: 3, draw, name: 'parent' });
    const child = nasBench101.mutate({ parent, key: { seed: 1, draw, name: 'child' }, mutations });
    expect(nasBench101.parse(child)).toBe(child);
  }
});
