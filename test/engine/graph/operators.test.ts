// Tests every operator of imported networks: its gradient against a numerical one, its shape and values
// against ONNX's reference evaluator.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pullback } from '../../../core/graph/pullback.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { writeProgram } from '../../../core/graph/write-program.js';
import { drawGolden } from '../../../core/ir/golden-draw.js';
import { sizeOf } from '../../../core/ops/tensor/shapes.js';
import { findChannelBlock } from '../../../engine/channel-block.js';
import { InferenceSession, Tensor } from '../../../engine/onnx-runtime.js';
import {
  caseModel,
  OPERATOR_CASES,
  type OperatorCase,
  RESIZE_CASES,
} from '../../support/operator-cases/index.js';
import { pythonWith } from '../../support/optional-python.js';

const CASES = [...OPERATOR_CASES, ...RESIZE_CASES];
const title = ({ op, attributes, x }: OperatorCase) => `${op} [${x}] ${JSON.stringify(attributes ?? {})}`;

/** Values far enough from 0, where activations have a kink. */
function values(name: string, shape: readonly number[], positive: boolean): Float32Array {
  return drawGolden(name, shape, 1).map((value) => {
    const away = value + Math.sign(value) * 0.1;
    return positive ? Math.abs(away) + 0.2 : away;
  });
}

const channelBlock = await findChannelBlock();

/**
 * Opens the case's program: the output, and the gradients of the images and all weights for the tensor `v`.
 */
function open(item: OperatorCase) {
  const isBounds = item.op === 'Clip';
  const numbers = (name: string, shape: readonly number[]) =>
    isBounds ? Float32Array.of(name === 'w1' ? -0.5 : 0.8) : values(name, shape, Boolean(item.positive));
  const { bytes } = caseModel(item, numbers);
  const graph = resolveGraph({
    graph: readOnnx({ bytes, file: item.op }),
    batch: item.x[0]!,
    image: item.x.slice(1),
    file: item.op,
  });
  const { tape: t, output, input, weights } = graph;
  const v = t.port('v', t.shape(output));
  const gradients = pullback({ tape: t, output, v, to: [input, ...weights.map(({ id }) => id)] });
  const made = gradients.flatMap((id, i) => (id === undefined ? [] : [{ name: `g${i}`, id }]));
  const forward = writeProgram({
    tape: t,
    outputs: [{ name: 'y', id: output }],
    fed: new Map(),
    channelBlock,
  });
  const both = writeProgram({ tape: t, outputs: made, fed: new Map(), channelBlock });
  const places = [
    { name: 'images', shape: t.shape(input), from: 'x' },
    ...weights.map(({ name, shape }, i) => ({ name: `w${i}`, shape, from: name })),
  ];
  const feeds = Object.fromEntries(
    places.map(({ name, shape, from }) => [name, values(from, shape, Boolean(item.positive))]),
  );
  return { bytes, forward, both, places, feeds, gradients, output: t.shape(output) };
}

async function compute(
  program: ReturnType<typeof writeProgram>,
  feeds: Readonly<Record<string, Float32Array>>,
  shapes: Readonly<Record<string, readonly number[]>>,
) {
  const session = await InferenceSession.create(program.bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const out = await session.run(
    Object.fromEntries(
      program.feeds.map(({ name }) => [name, new Tensor('float32', feeds[name]!, shapes[name]!)]),
    ),
  );
  await session.release();
  return out;
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe('gradients agree with numerical directional derivatives', () => {
  it.each(CASES.map((item) => [title(item), item] as const))('%s', async (_, item) => {
    const { forward, both, places, feeds, gradients, output } = open(item);
    const shapes: Record<string, readonly number[]> = { v: output };
    for (const { name, shape } of places) shapes[name] = shape;
    const v = drawGolden('v', output, 1);
    const computed = await compute(both, { ...feeds, v }, shapes);
    // Maxima and bounds are piecewise linear, and samples between elements nearly so, so a small step crosses fewer kinks.
    const step = /Max|Min|Clip|GridSample|DeformConv/.test(item.op) ? 2e-4 : 1e-2;
    const session = await InferenceSession.create(forward.bytes, {
      logSeverityLevel: 3,
      intraOpNumThreads: 1,
    });
    const at = async (name: string, u: Float32Array, by: number) => {
      const moved = { ...feeds, [name]: feeds[name]!.map((value, i) => value + by * u[i]!) };
      const out = await session.run(
        Object.fromEntries(
          forward.feeds.map((port) => [
            port.name,
            new Tensor('float32', moved[port.name]!, shapes[port.name]!),
          ]),
        ),
      );
      expect(out.y!.dims).toEqual([...output]);
      return dot(out.y!.data as Float32Array, v);
    };
    expect(gradients[0]).toBeDefined();
    for (const [i, { name, shape }] of places.entries()) {
      if (gradients[i] === undefined) continue;
      const g = computed[`g${i}`]!;
      expect(g.dims).toEqual([...shape]);
      // A direction of small steps crosses no kink and changes no maximum.
      const u = drawGolden(`u.${name}`, shape, 0.3);
      const numerical = ((await at(name, u, step)) - (await at(name, u, -step))) / (2 * step);
      const exact = dot(g.data as Float32Array, u);
      const size = Math.sqrt(dot(v, v)) * Math.sqrt(dot(u, u)) * 0.1 + Math.abs(exact);
      expect(
        Math.abs(numerical - exact) / size,
        `gradient ${name}: ${exact}, numerical ${numerical}`,
      ).toBeLessThan(4e-3);
    }
    await session.release();
  });
});

/** ONNX Runtime has batch normalization with running statistics alone, and no windows of attention yet. */
const isOfRuntime = ({ op, attributes = {} }: OperatorCase) =>
  op !== 'BatchNormalization' && !('left_window_size' in attributes);

describe("shapes and values agree with ONNX Runtime's own operators", () => {
  it.each(CASES.filter(isOfRuntime).map((item) => [title(item), item] as const))('%s', async (_, item) => {
    const { bytes, forward, places, feeds } = open(item);
    const shapes = Object.fromEntries(places.map(({ name, shape }) => [name, shape]));
    const { y } = await compute(forward, feeds, shapes);
    const session = await InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
    const out = await session.run({ x: new Tensor('float32', feeds.images!, item.x) });
    await session.release();
    expect(y!.dims).toEqual(out.y!.dims);
    const [found, expected] = [y!.data as Float32Array, out.y!.data as Float32Array];
    const off = found.map((value, i) => Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!)));
    expect(Math.max(...off)).toBeLessThan(1e-5);
  });
});

it.each([{}, { epsilon: { float: 0.3 } }])(
  'normalizes a batch of one image as the image, with %j',
  async (attributes) => {
    const x = [1, 6, 7, 5];
    const scales: OperatorCase['inputs'] = [{ shape: [6] }, { shape: [6] }];
    const [ofBatch, ofImage] = await Promise.all(
      [
        { op: 'BatchNormalization', x, inputs: [...scales, { shape: [6] }, { shape: [6] }], attributes },
        { op: 'InstanceNormalization', x, inputs: scales, attributes },
      ].map(async (item) => {
        const { forward, places, feeds } = open(item);
        const shapes = Object.fromEntries(places.map(({ name, shape }) => [name, shape]));
        return (await compute(forward, feeds, shapes)).y!.data as Float32Array;
      }),
    );
    const off = ofBatch!.map((value, i) => Math.abs(value - ofImage![i]!));
    expect(Math.max(...off)).toBeLessThan(1e-4);
  },
);

const PYTHON = pythonWith('onnx');

describe.skipIf(PYTHON === undefined)("shapes and values agree with ONNX's reference evaluator", () => {
  it('of every operator', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'operators-'));
    const compared = CASES.filter(({ withoutReference }) => !withoutReference);
    const found: Float32Array[] = [];
    for (const [i, item] of compared.entries()) {
      const { bytes, forward, places, feeds } = open(item);
      writeFileSync(join(folder, `${i}.onnx`), bytes);
      const x = feeds.images!;
      writeFileSync(join(folder, `${i}.x`), Buffer.from(x.buffer, x.byteOffset, x.byteLength));
      const shapes = Object.fromEntries(places.map(({ name, shape }) => [name, shape]));
      found.push((await compute(forward, feeds, shapes)).y!.data as Float32Array);
    }
    const script = `
import json, sys, numpy, onnx
from onnx.reference import ReferenceEvaluator
for i, shape in enumerate(json.loads(sys.argv[2])):
    model = onnx.load(f"{sys.argv[1]}/{i}.onnx")
    x = numpy.fromfile(f"{sys.argv[1]}/{i}.x", dtype=numpy.float32).reshape(shape)
    try:
        y = ReferenceEvaluator(model).run(None, {"x": x})[0]
        print(json.dumps([list(y.shape), [float(v) for v in y.astype(numpy.float64).reshape(-1)]]))
    except Exception as error:
        print(json.dumps([str(error)]))
`;
    const { stdout, stderr } = spawnSync(
      PYTHON!,
      ['-c', script, folder, JSON.stringify(compared.map(({ x }) => x))],
      { encoding: 'utf8', maxBuffer: 1e9 },
    );
    const lines = stdout.trim().split('\n');
    expect(lines.length, stderr).toBe(compared.length);
    const wrong = lines.flatMap((line, i) => {
      const [shape, expected] = JSON.parse(line) as [readonly number[] | string, readonly number[]];
      if (typeof shape === 'string') return [`${title(compared[i]!)}: ${shape}`];
      const off = expected.reduce(
        (most, value, k) => Math.max(most, Math.abs(value - found[i]![k]!) / Math.max(1, Math.abs(value))),
        0,
      );
      return off < 1e-4 && sizeOf(shape) === found[i]!.length
        ? []
        : [`${title(compared[i]!)}: off by ${off}, shape [${shape}]`];
    });
    expect(wrong.join('\n')).toBe('');
  });
});
