// Tests models whose parts lie elsewhere (data files, functions), models of old and new operator sets, and
// models that are too large.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadNetwork } from '../../../client/networks/load-network.js';
import { type Issue, SpecError } from '../../../core/errors.js';
import {
  attribute,
  elsewhere,
  initializer,
  type MessageField,
  model,
  node,
} from '../../support/onnx-messages.js';

const root = mkdtempSync(join(tmpdir(), 'models-'));
const folder = join(root, 'models');
mkdirSync(folder);
afterAll(() => rmSync(root, { recursive: true }));

const load = (file: string) =>
  loadNetwork({ file, options: { batch: 2, features: 'stages', normalization: 'file' } });

async function loadBytes(bytes: Uint8Array) {
  const file = join(folder, 'model.onnx');
  writeFileSync(file, bytes);
  return load(file);
}

const refusal = (loading: Promise<unknown>) =>
  loading.then(
    () => expect.unreachable('nothing was refused'),
    (error: unknown): Issue => {
      expect(error).toBeInstanceOf(SpecError);
      return (error as SpecError).issues[0]!;
    },
  );

const conv = (x: string, y: string, weight: string) =>
  node('Conv', [x, weight], [y], [attribute('pads', [1, 1, 1, 1])]);
const pool = node(
  'MaxPool',
  ['a1'],
  ['p'],
  [attribute('kernel_shape', [2, 2]), attribute('strides', [2, 2])],
);

/**
 * Convolution, pooling, convolution. The map between them is gathered along its rows by a table of integers.
 */
function withTable(table: readonly MessageField[], weights: readonly MessageField[] = []): Uint8Array {
  return model({
    graph: [
      conv('x', 'a0', 'w0'),
      node('Relu', ['a0'], ['a1']),
      pool,
      node('Gather', ['p', 'table'], ['g'], [attribute('axis', 2)]),
      conv('g', 'b0', 'w1'),
      node('Relu', ['b0'], ['b1']),
      node('GlobalAveragePool', ['b1'], ['y']),
      initializer('w0', [4, 3, 3, 3], 1, weights),
      initializer('w1', [4, 4, 3, 3], 1, weights),
      initializer('table', [4], 7, table),
    ],
  });
}

const inside = (table: readonly number[]) => new Uint8Array(BigInt64Array.from(table, BigInt).buffer);
const TABLE = [3, 2, 1, 0];

describe('data in another file', () => {
  it('is read where it is a table of integers; weights are not looked for', async () => {
    const whole = await loadBytes(withTable([[9, inside(TABLE)]]));
    writeFileSync(join(folder, 'data.bin'), Buffer.concat([Buffer.alloc(8), inside(TABLE)]));
    const table = elsewhere({ location: 'data.bin', offset: '8', length: '32' });
    const weights = elsewhere({ location: 'no-such-file', offset: '0', length: '432' });
    const parted = await loadBytes(withTable(table, weights));
    expect(parted.digest).toBe(whole.digest);
    const other = await loadBytes(withTable([[9, inside([0, 1, 2, 3])]]));
    expect(other.digest).not.toBe(whole.digest);
  });

  it('is not read outside the folder of the model', async () => {
    writeFileSync(join(root, 'secret'), inside(TABLE));
    symlinkSync(join(root, 'secret'), join(folder, 'link'));
    for (const location of ['../secret', join(root, 'secret'), 'link', '', 'a\0b', '..'])
      expect(await refusal(loadBytes(withTable(elsewhere({ location }))))).toMatchObject({
        file: join(folder, 'model.onnx'),
        reason: 'outside-folder',
      });
    // Weights are not read, so nothing is refused.
    await loadBytes(withTable([[9, inside(TABLE)]], elsewhere({ location: '../secret' })));
  });

  it('is refused where it is absent, too short, or is said to be of another length', async () => {
    writeFileSync(join(folder, 'short.bin'), new Uint8Array(20));
    const of = (entries: Readonly<Record<string, string>>) =>
      refusal(loadBytes(withTable(elsewhere(entries))));
    expect(await of({ location: 'absent.bin' })).toMatchObject({
      reason: 'missing-data',
      message: expect.stringContaining('"table"'),
    });
    const damaged = (message: RegExp) => ({
      reason: 'damaged-file',
      message: expect.stringMatching(message),
    });
    expect(await of({ location: 'short.bin' })).toMatchObject(damaged(/"short\.bin".*\b20\b.*\b32\b/));
    expect(await of({ location: 'short.bin', length: '999999999999' })).toMatchObject(
      damaged(/"table".*\b32\b/),
    );
    expect(await of({ location: 'short.bin', offset: '-8' })).toMatchObject(damaged(/"table".*-8/));
    expect(await of({ location: '.' })).toMatchObject({ reason: 'not-a-file' });
  });

  it.skipIf(process.platform === 'win32')(
    'is no named pipe, and neither is the model: nobody waits for a writer',
    async () => {
      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      const reason = 'not-a-file';
      const model = withTable(elsewhere({ location: 'pipe' }));
      expect(await refusal(loadBytes(model))).toMatchObject({ file: join(folder, 'model.onnx'), reason });
      expect(await refusal(load(pipe))).toMatchObject({ file: pipe, reason });
    },
  );
});

describe('numbers of a table', () => {
  it('are refused where they are fewer than the shape says, naming the node', async () => {
    expect(await refusal(loadBytes(withTable([[9, inside([1, 2])]])))).toMatchObject({
      reason: 'damaged-file',
      message: expect.stringMatching(/Gather.*"table".*\b2\b.*\[4\]/),
    });
  });
});

describe('functions', () => {
  const layer = (name: string, body: readonly MessageField[]): readonly MessageField[] => [
    [1, name],
    [4, 'in'],
    [4, 'weight'],
    [5, 'out'],
    [6, 'padding'],
    ...body.map(([, fields]): MessageField => [7, fields]),
    [
      9,
      [
        [1, ''],
        [2, 18],
      ],
    ],
    [10, 'own'],
  ];
  /** An attribute of an operator that refers to the function's attribute `padding`. */
  const referred: MessageField = [
    5,
    [
      [1, 'pads'],
      [21, 'padding'],
      [20, 7],
    ],
  ];
  const call = (inputs: readonly string[], output: string) =>
    node('Layer', inputs, [output], [[7, 'own'], attribute('padding', [1, 1, 1, 1])]);
  const weights = [initializer('w0', [4, 3, 3, 3], 1), initializer('w1', [4, 4, 3, 3], 1)];
  const graph = [
    call(['x', 'w0'], 'a1'),
    pool,
    call(['p', 'w1'], 'b1'),
    node('GlobalAveragePool', ['b1'], ['y']),
    ...weights,
  ];
  const body = [node('Conv', ['in', 'weight'], ['inner'], [referred]), node('Relu', ['inner'], ['out'])];

  it('are put in the place of their calls, with the attributes of each', async () => {
    const { digest, network } = await loadBytes(
      model({ graph, domains: ['own'], functions: [layer('Layer', body)] }),
    );
    const plain = model({
      graph: [
        conv('x', 'a0', 'w0'),
        node('Relu', ['a0'], ['a1']),
        pool,
        conv('p', 'b0', 'w1'),
        node('Relu', ['b0'], ['b1']),
        node('GlobalAveragePool', ['b1'], ['y']),
        ...weights,
      ],
    });
    expect(digest).toBe((await loadBytes(plain)).digest);
    expect(network.costs.parameters).toBe(4 * 3 * 9 + 4 * 4 * 9);
  });

  it('that call themselves, or that nobody has written, are refused', async () => {
    const itself = [node('Layer', ['in', 'weight'], ['out'], [[7, 'own']])];
    const looped = model({ graph, domains: ['own'], functions: [layer('Layer', itself)] });
    expect(await refusal(loadBytes(looped))).toMatchObject({
      reason: 'cycle',
      message: expect.stringContaining('"Layer"'),
    });
    expect(await refusal(loadBytes(model({ graph, domains: ['own'] })))).toMatchObject({
      reason: 'unsupported-operator',
      message: expect.stringContaining('own.Layer'),
    });
  });
});

describe('operator sets', () => {
  /** Axes are attributes before set 13 (Squeeze) and 18 (ReduceMean), inputs from then on. */
  function network(opset: number): Uint8Array {
    const squeeze =
      opset < 13
        ? node('Squeeze', ['m'], ['s'], [attribute('axes', [2, 3])])
        : node('Squeeze', ['m', 'axes'], ['s']);
    const mean =
      opset < 18
        ? node('ReduceMean', ['b1'], ['m'], [attribute('axes', [2, 3])])
        : node('ReduceMean', ['b1', 'axes'], ['m']);
    return model({
      opset,
      graph: [
        conv('x', 'a0', 'w0'),
        node('Relu', ['a0'], ['a1']),
        pool,
        conv('p', 'b0', 'w1'),
        node('Relu', ['b0'], ['b1']),
        mean,
        squeeze,
        node('Softmax', ['s'], ['y']),
        initializer('w0', [4, 3, 3, 3], 1),
        initializer('w1', [4, 4, 3, 3], 1),
        initializer('axes', [2], 7, [[9, inside([2, 3])]]),
      ],
    });
  }

  it.each([11, 12, 13, 17, 18, 21, 24, 26, 28])('%i', async (opset) => {
    const { network: found } = await loadBytes(network(opset));
    expect(found.features.map(({ shape }) => shape)).toEqual([
      [2, 4, 8, 8],
      [2, 4, 4, 4],
    ]);
  });

  it.each([1, 10, 29])('%i is refused', async (opset) => {
    expect(await refusal(loadBytes(network(opset)))).toMatchObject({
      reason: 'operator-set',
      message: expect.stringMatching(new RegExp(`\\b${opset}\\b.*\\b11\\b.*\\b28\\b`)),
    });
  });
});

describe('models above 2 GB', () => {
  it('are refused without being read', async () => {
    const file = join(folder, 'large.onnx');
    writeFileSync(file, '');
    truncateSync(file, 2 ** 31);
    const before = process.memoryUsage().rss;
    expect(await refusal(load(file))).toMatchObject({ file, reason: 'too-large' });
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 28);
  });
});
