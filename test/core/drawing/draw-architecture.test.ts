// Tests pictures of candidates: their contents, that they are well-formed without overlaps, and that names
// are not interpreted as markup.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Architecture } from '../../../core/drawing/architecture.js';
import { drawArchitecture } from '../../../core/drawing/draw-architecture.js';
import { NODE, placeInLayers } from '../../../core/drawing/layers.js';
import { architectureOf } from '../../../core/spaces/drawing.js';
import { openSpace, type SpaceSpecification } from '../../../core/spaces/index.js';
import { spaceDefaults } from '../../../core/specification/space.js';

const SPACES: readonly SpaceSpecification[] = [
  { kind: 'nas-bench-201' },
  { kind: 'nas-bench-101' },
  { kind: 'darts' },
  { kind: 'transnas-bench-101', size: 'micro' },
  { kind: 'transnas-bench-101', size: 'macro' },
  { kind: 'mobilenet-v2' },
  { kind: 'autoformer', size: 'tiny' },
];

function drawn(specification: SpaceSpecification, candidate?: string) {
  const space = openSpace(specification);
  const { resolution } = spaceDefaults(specification);
  const chosen = candidate ?? space.random({ seed: 7, draw: 0, name: 'drawn' });
  const architecture = architectureOf({ space, candidate: chosen, resolution });
  return { architecture, svg: drawArchitecture(architecture, { label: chosen }) };
}

const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

describe('pictures of candidates', () => {
  it.each(SPACES)('draws a candidate of $kind', (space) => {
    const { svg } = drawn(space);
    expect(svg).toMatch(/^<svg [^>]*viewBox="0 0 [\d.]+ [\d.]+"/);
    expect(textsOf(svg).length).toBeGreaterThan(4);
    expect(svg).not.toMatch(/NaN|undefined|style=|<script/);
  });

  it('shows the operations of a cell, without those that compute nothing', () => {
    const candidate = '|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|avg_pool_3x3~1|none~2|';
    expect(textsOf(drawn({ kind: 'nas-bench-201' }, candidate).svg).sort()).toEqual([
      'Cell: the same in all stages',
      'avg pool 3×3',
      'conv 3×3',
      'input',
      'output',
      'skip',
      'sum 1',
    ]);
  });

  it('shows kernel, expansion, channels and resolution of a chain', () => {
    const candidate = 'SuperConvK3BNRELU(3,16,2,1)SuperResIDWE6K5(16,24,2,40,2)SuperConvK1BNRELU(24,64,1,1)';
    const texts = textsOf(drawn({ kind: 'mobilenet-v2' }, candidate).svg);
    expect(texts).toContain('kernel 5 × 5 · expansion 6 · bottleneck 40 · stride 2');
    expect(texts).toContain('× 2');
    expect(texts).toContain('24 ch · 56 × 56');
  });

  it('takes nothing of a name for markup, and draws names of any length', () => {
    const name = `<img src=x onerror=alert(1)>&"'\u0000${'é'.repeat(500)}\u202e`;
    const architecture: Architecture = [
      {
        kind: 'chain',
        title: name,
        blocks: [{ title: name, detail: name, role: 'conv', repeat: 3, channels: 5 }],
      },
      { kind: 'cell', title: name, nodes: [{ label: name, role: 'other' }], edges: [] },
    ];
    const svg = drawArchitecture(architecture, { label: name });
    expect(svg).not.toContain('<img');
    expect(svg).not.toContain('\u0000');
    for (const text of textsOf(svg).slice(1)) expect([...text!].length).toBeLessThan(200);
  });
});

it('places the nodes of any graph without overlap, each below all that it reads', () => {
  const graph = fc.integer({ min: 1, max: 14 }).chain((count) =>
    fc
      .uniqueArray(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), {
        maxLength: 30,
        size: 'max',
        selector: String,
      })
      .map((pairs) => ({
        nodes: Array.from({ length: count }, (_, i) => ({ label: String(i), role: 'node' as const })),
        edges: pairs.filter(([from, to]) => from < to) as [number, number][],
      })),
  );
  fc.assert(
    fc.property(graph, ({ nodes, edges }) => {
      const { nodes: points, width } = placeInLayers({ nodes, edges });
      for (const [from, to] of edges) expect(points[to]!.y).toBeGreaterThan(points[from]!.y + NODE.height);
      points.forEach((a, i) => {
        expect(a.x).toBeGreaterThanOrEqual(NODE.width / 2 - 1e-6);
        expect(a.x).toBeLessThanOrEqual(width - NODE.width / 2 + 1e-6);
        for (const b of points.slice(0, i))
          expect(a.y !== b.y || Math.abs(a.x - b.x) >= NODE.width).toBe(true);
      });
    }),
  );
});
