// Tests reading ONNX files: real ones, damaged ones, and hostile ones.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Issue, SpecError } from '../../../core/errors.js';
import { findFeatures } from '../../../core/graph/branches.js';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const FOLDER = join(import.meta.dirname, '../../goldens/onnx');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.onnx'));
const bytesOf = (name: string) => readFileSync(join(FOLDER, name));
const CASES = JSON.parse(readFileSync(join(FOLDER, 'cases.json'), 'utf8')) as {
  file: string;
  batch: number;
  input: number[];
  features: string[];
  parameters: number;
}[];

/** The first issue with these bytes; fails if they are valid, or if the error is not a SpecError. */
function refusal(bytes: Uint8Array, image = [3, 8, 8]): Issue {
  return refusals(bytes, image)[0]!;
}

function refusals(bytes: Uint8Array, image = [3, 8, 8]): readonly Issue[] {
  try {
    graphNetwork({
      graph: readOnnx({ bytes, file: 'x.onnx' }),
      batch: 2,
      image,
      wanted: 'stages',
      file: 'x.onnx',
    });
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    return (error as SpecError).issues;
  }
  throw new Error('nothing was refused');
}

/** A small network: convolution, batch normalization, activation, twice, with a pool between them. */
function network(change: (g: GraphBuilder, value: string) => string = (_, value) => value): Uint8Array {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m, 1)) });
  const layer = (x: string, name: string, from: number) => {
    const conv = g.add('Conv', [x, weight(`${name}.w`, 4, from, 3, 3)], { pads: [1, 1, 1, 1] });
    return g.add('Relu', [conv]);
  };
  const first = layer('x', 'a', 3);
  const pooled = g.add('MaxPool', [first], { kernel_shape: [2, 2], strides: [2, 2] });
  const value = change(g, layer(pooled, 'b', 4));
  return g.build({
    name: 'network',
    inputs: [{ name: 'x', dims: ['batch', 3, 8, 8] }],
    outputs: [{ name: 'y', value: g.add('GlobalAveragePool', [value]), dims: [2, 4, 1, 1] }],
  });
}

describe('real files', () => {
  it.each(CASES.map((item) => [item.file, item] as const))(
    'finds the features and counts the parameters of %s',
    (file, item) => {
      const graph = readOnnx({ bytes: bytesOf(file), file });
      const found = graphNetwork({ graph, batch: item.batch, image: item.input, wanted: 'stages', file });
      expect(found.features.map(({ name }) => name)).toEqual(item.features);
      expect(found.costs.parameters).toBe(item.parameters);
      expect(found.costs.macs).toBeGreaterThan(item.parameters);
    },
  );

  it('takes the last merge of each resolution among all blocks, too', () => {
    const file = 'timm-test_resnet.onnx';
    const graph = resolveGraph({
      graph: readOnnx({ bytes: bytesOf(file), file }),
      batch: 2,
      image: [3, 64, 64],
      file,
    });
    const stages = findFeatures(graph, 'stages').features.map(({ id }) => id);
    const blocks = findFeatures(graph, 'blocks').features.map(({ id }) => id);
    expect(stages.every((id) => blocks.includes(id))).toBe(true);
  });

  it('measures at the tensors that a person names', () => {
    const graph = readOnnx({ bytes: network(), file: 'x.onnx' });
    const wanted = [graph.nodes[1]!.outputs[0]!, graph.nodes[4]!.outputs[0]!];
    const found = graphNetwork({ graph, batch: 2, image: [3, 8, 8], wanted, file: 'x.onnx' });
    expect(found.features.map(({ shape }) => shape)).toEqual([
      [2, 4, 8, 8],
      [2, 4, 4, 4],
    ]);
    const reason = 'unknown-tensor';
    expect(() =>
      graphNetwork({ graph, batch: 2, image: [3, 8, 8], wanted: ['nobody'], file: 'x.onnx' }),
    ).toThrow(
      expect.objectContaining({
        issues: [
          expect.objectContaining({ reason, file: 'x.onnx', message: expect.stringContaining('"nobody"') }),
        ],
      }),
    );
  });
});

describe('files that are no networks', () => {
  const whole = network();

  it('names what is missing in a file that ends too early', () => {
    expect(refusal(new Uint8Array())).toMatchObject({ file: 'x.onnx', reason: 'damaged-file' });
    for (const share of [0.2, 0.5, 0.9, 0.999])
      expect(refusal(whole.subarray(0, Math.floor(whole.length * share))).file).toBe('x.onnx');
    expect(refusal(whole.subarray(0, whole.length - 40))).toMatchObject({ file: 'x.onnx' });
  });

  it.each([
    ['text', new TextEncoder().encode('<html>not found</html>')],
    ['zeros', new Uint8Array(1000)],
    ['a message within itself, without end', Uint8Array.from({ length: 4000 }, (_, i) => (i % 2 ? 127 : 58))],
  ])('refuses %s', (_, bytes) => {
    refusal(bytes);
  });

  it('says what a file is in place of a network', () => {
    const messageOf = (text: string) => {
      try {
        readOnnx({ bytes: new TextEncoder().encode(text), file: 'network.onnx' });
      } catch (error) {
        return (error as Error).message;
      }
      return undefined;
    };
    const beginning = 'is not a readable ONNX network: it is ';
    expect(messageOf('')).toContain(`${beginning}empty`);
    expect(messageOf('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n')).toContain(
      `${beginning}a pointer of Git LFS`,
    );
    expect(messageOf('<!DOCTYPE html><html>')).toContain(`${beginning}a page of HTML`);
    expect(messageOf('PK\u0003\u0004archive/data.pkl')).toContain(`${beginning}a ZIP archive`);
    expect(messageOf('weights')).not.toContain(beginning);
  });

  it('refuses a graph that depends on itself', () => {
    const bytes = network((g, value) => {
      g.addOver({
        type: 'Add',
        inputs: [value, 'late'],
        outputs: ['early'],
        attributes: {},
        body: undefined as never,
      });
      g.addOver({
        type: 'Relu',
        inputs: ['early'],
        outputs: ['late'],
        attributes: {},
        body: undefined as never,
      });
      return 'late';
    });
    expect(refusal(bytes)).toMatchObject({ reason: 'cycle' });
  });

  it('refuses operators that have no rule, each with its name and a node', () => {
    const bytes = network((g, value) =>
      g.add('NonMaxSuppression', [g.add('Attention@com.example', [value])]),
    );
    const reason = 'unsupported-operator';
    expect(refusals(bytes)).toMatchObject([
      { reason, message: expect.stringContaining('com.example.Attention') },
      { reason, message: expect.stringMatching(/NonMaxSuppression .*"NonMaxSuppression_\d"/) },
    ]);
  });

  it('refuses shapes that do not fit, naming the node', () => {
    const bytes = network((g, value) => g.add('Reshape', [value, g.ints(2, 5, 7)]));
    expect(refusal(bytes)).toMatchObject({
      reason: 'invalid-node',
      message: expect.stringMatching(/"Reshape_\d".*\[2,4,4,4\].*\[2,5,7\]/),
    });
  });

  it('makes no tensor of huge dimensions', () => {
    const expand = network((g, value) => g.add('Expand', [value, g.ints(1, 1, 2 ** 20, 2 ** 20)]));
    expect(['too-large', 'invalid-node']).toContain(refusal(expand).reason);
    const tile = network((g, value) => g.add('Tile', [value, g.ints(2 ** 30, 1, 1, 1)]));
    expect(refusal(tile).reason).toBe('too-large');
    const constant = network((g, value) =>
      g.add('Add', [value, g.add('ConstantOfShape', [g.ints(2 ** 31, 4)])]),
    );
    expect(refusal(constant).reason).toBe('too-large');
    const range = network((g, value) =>
      g.add('Add', [value, g.add('Range', [g.float(0), g.float(1e30), g.float(1)])]),
    );
    expect(refusal(range).reason).toBe('too-large');
  });

  it('refuses images of another size than the file was exported for', () => {
    expect(refusal(whole, [3, 16, 16])).toMatchObject({
      reason: 'image-size',
      message: expect.stringMatching(/\[3,8,8\].*\[3,16,16\]/),
    });
  });

  it('refuses a network without features', () => {
    const g = new GraphBuilder();
    const bytes = g.build({
      name: 'x',
      inputs: [{ name: 'x', dims: [2, 3, 8, 8] }],
      outputs: [{ name: 'y', value: g.add('Flatten', ['x']), dims: [2, 192] }],
    });
    expect(refusal(bytes).reason).toBe('no-features');
  });
});

describe('weights', () => {
  it('are not looked for elsewhere where a file has none', () => {
    const file = FILES[0]!;
    const graph = readOnnx({ bytes: bytesOf(file), file });
    const floats = [...graph.initializers.values()].filter(
      ({ type, shape }) => type === 'float' && shape.length > 1,
    );
    expect(floats.length).toBeGreaterThan(0);
    for (const { read } of floats) expect(read()).toBeUndefined();
  });
});

/** ZEROSCOUT_FUZZ_SECONDS=3600 runs for an hour; every run has another seed, which a failure reports. */
const SECONDS = Number(process.env.ZEROSCOUT_FUZZ_SECONDS ?? 5);

describe('mutated files', () => {
  it('are read, or refused with an error for people, within memory', {
    timeout: (SECONDS + 60) * 1000,
  }, () => {
    const sources = [network(), bytesOf('timm-test_resnet.onnx'), bytesOf('timm-test_vit.onnx')];
    const before = process.memoryUsage().rss;
    const mutation = fc.record({
      source: fc.nat(sources.length - 1),
      edits: fc.array(
        fc.record({
          at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
          kind: fc.nat(4),
          byte: fc.nat(255),
          length: fc.nat(64),
        }),
        { minLength: 1, maxLength: 6 },
      ),
    });
    let cases = 0;
    let accepted = 0;
    const property = fc.property(mutation, ({ source, edits }) => {
      cases += 1;
      const bytes = edits.reduce(mutated, sources[source]!);
      const image = source === 0 ? [3, 8, 8] : source === 1 ? [3, 64, 64] : [3, 160, 160];
      try {
        const graph = readOnnx({ bytes, file: 'x.onnx' });
        graphNetwork({ graph, batch: 2, image, wanted: 'stages', file: 'x.onnx' });
        accepted += 1;
      } catch (error) {
        if (!(error instanceof SpecError)) throw error;
      }
    });
    fc.assert(property, {
      numRuns: 1e8,
      interruptAfterTimeLimit: SECONDS * 1000,
      markInterruptAsFailure: false,
    });
    if (process.env.ZEROSCOUT_FUZZ_SECONDS)
      console.log(`${cases} mutated files in ${SECONDS} s, of which ${accepted} were still networks`);
    expect(process.memoryUsage().rss - before).toBeLessThan(1.5e9);
  });
});

interface Edit {
  readonly at: number;
  readonly kind: number;
  readonly byte: number;
  readonly length: number;
}

/** Changes, inserts, removes, repeats or cuts off bytes. */
function mutated(bytes: Uint8Array, { at, kind, byte, length }: Edit): Uint8Array {
  const start = Math.floor(at * bytes.length);
  const [front, back] = [bytes.subarray(0, start), bytes.subarray(start)];
  if (kind === 0) return Uint8Array.from([...front, byte, ...back.subarray(1)]);
  if (kind === 1) return Uint8Array.from([...front, ...new Uint8Array(length).fill(byte), ...back]);
  if (kind === 2) return Uint8Array.from([...front, ...back.subarray(length)]);
  if (kind === 3) return Uint8Array.from([...front, ...back.subarray(0, length), ...back]);
  return Uint8Array.from(front);
}
