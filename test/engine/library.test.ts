// Tests scoring networks through the package's entry `zeroscout/engine`, as another program would.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSpace } from '../../core/spaces/index.js';
import type * as Library from '../../engine/index.js';
import { built, scoreElsewhere } from '../support/engine.js';

const CELL = '|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|';
const SMALL = { draws: 2, batch: 4, resolution: 16 } as const;

let library: typeof Library;
let scorer: Library.Scorer;

beforeAll(async () => {
  library = (await import(built('engine/index.js'))) as typeof Library;
  scorer = library.createScorer({ threads: 1 });
});
afterAll(() => scorer.close());

describe('createScorer', () => {
  it('scores what a search scores, with costs and what the proxies were computed from', async () => {
    const scored = await scorer.score({
      space: 'nas-bench-201',
      candidate: ` ${CELL} `,
      seed: 7,
      fidelity: SMALL,
    });
    const { costs, network } = openSpace({ kind: 'nas-bench-201' });
    const fidelity = { batch: 4, resolution: 16, weights: 'shared', features: 'blocks' } as const;
    const request = { space: { kind: 'nas-bench-201' }, candidate: CELL, seed: 7, fidelity, draws: [0, 1] };
    const [expected] = scoreElsewhere([request as Parameters<typeof scoreElsewhere>[0][0]]);
    const { deserialize } = await import('node:v8');
    expect(scored.draws.map(({ proxies }) => proxies)).toEqual(deserialize(Buffer.from(expected!, 'base64')));
    expect(scored).toMatchObject({
      candidate: CELL,
      seed: 7,
      fidelity,
      costs: costs({ candidate: CELL, resolution: 16 }),
    });
    const blocks = network({ candidate: CELL, resolution: 16 }).blocks.length;
    for (const draw of scored.draws) {
      expect(draw.blocks).toHaveLength(blocks);
      expect(draw.features).toHaveLength(blocks + 1);
    }
  });

  it('takes presets, chosen draws and proxies, spaces with parameters, and several networks at a time', async () => {
    const space = { kind: 'autoformer', size: 'tiny' } as const;
    const candidate = openSpace(space).random({ seed: 1, draw: 0, name: 'library' });
    const [cell, transformer] = await Promise.all([
      scorer.score({
        space: 'nas-bench-201',
        candidate: CELL,
        fidelity: 'screen',
        proxies: ['trainability'],
      }),
      scorer.score({ space, candidate, fidelity: { batch: 1, resolution: 32 }, draws: [3] }),
    ]);
    expect(cell.fidelity).toMatchObject({ draws: 1, batch: 8, resolution: 32, features: 'stages' });
    expect(cell.draws.map(({ draw, proxies }) => [draw, Object.keys(proxies)])).toEqual([
      [0, ['trainability']],
    ]);
    expect(transformer.draws.map(({ draw, proxies }) => [draw, Object.keys(proxies)])).toEqual([
      [3, ['expressivity', 'trainability', 'complexity']],
    ]);
    for (const value of Object.values(transformer.draws[0]!.proxies)) expect(value).toBeTypeOf('number');
  });

  it.each([
    ['space.kind', { space: { kind: 'nasbench201' }, candidate: CELL }],
    ['space.size', { space: { kind: 'autoformer', size: 'huge' }, candidate: 'x' }],
    ['candidate', { space: 'nas-bench-201', candidate: '|none~0|' }],
    ['candidate', { space: 'nas-bench-201' }],
    ['fidelity.batch', { space: 'nas-bench-201', candidate: CELL, fidelity: { batch: 0 } }],
    [
      'fidelity.resolution',
      {
        space: 'mobilenet-v2',
        candidate: openSpace({ kind: 'mobilenet-v2' }).start,
        fidelity: { resolution: 20 },
      },
    ],
    ['proxies', { space: { kind: 'autoformer', size: 'tiny' }, candidate: 'x', proxies: ['progressivity'] }],
    ['draws', { space: 'nas-bench-201', candidate: CELL, draws: [] }],
    ['seed', { space: 'nas-bench-201', candidate: CELL, seed: -1 }],
    ['draws', { space: 'nas-bench-201', candidate: CELL, draws: [0n] }],
    ['proxy', { space: 'nas-bench-201', candidate: CELL, proxy: ['synflow'] }],
    // A key of a specification that means nothing for one network.
    ['aggregation', { space: 'nas-bench-201', candidate: CELL, aggregation: 'az-nas' }],
    ['network', undefined],
  ])('names the field that is wrong: %s', async (field, network) => {
    const error = await scorer.score(network as Library.NetworkToScore).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(library.SpecError);
    expect(error).toMatchObject({ code: 'invalid-input', field });
  });

  it('refuses the code of a module unless it was allowed, and counts that are none', async () => {
    const space = {
      kind: 'module',
      digest: 'a'.repeat(64),
      code: '',
      resolution: 32,
      proxies: ['complexity'],
    } as const;
    await expect(scorer.score({ space, candidate: 'x' })).rejects.toMatchObject({ field: 'space' });
    const create = () => library.createScorer({ processes: 0 });
    expect(create).toThrow(expect.objectContaining({ field: 'processes' }));
    const permit = () => library.createScorer({ modules: true as never });
    expect(permit).toThrow(expect.objectContaining({ code: 'invalid-input', field: 'modules' }));
    const misspelt = () => library.createScorer({ process: 2 } as never);
    expect(misspelt).toThrow(expect.objectContaining({ code: 'invalid-input', field: 'process' }));
    expect(() => library.createScorer(null as never)).toThrow(expect.objectContaining({ field: 'options' }));
  });

  it('refuses what a search of the space refuses: proxies that compare rounding errors in all of its networks', async () => {
    const network = {
      space: { kind: 'transnas-bench-101', size: 'micro' },
      candidate: '64-41414-3_33_333',
      fidelity: { draws: 1, batch: 2, resolution: 32 },
    };
    for (const proxy of ['jacov', 'epe-nas'] as const)
      await expect(scorer.score({ ...network, proxies: ['flops', proxy] })).rejects.toMatchObject({
        code: 'invalid-input',
        issues: [{ path: 'proxies', message: expect.stringContaining(proxy) }],
      });
    const { draws } = await scorer.score({ ...network, proxies: ['flops', 'naswot'] });
    expect(draws[0]!.proxies.naswot).toEqual(expect.any(Number));
  });

  it('takes a space as it is written in a specification, without defaults', async () => {
    const { costs } = await scorer.score({
      space: {
        kind: 'custom',
        definition: { classes: 10, input: { resolution: 32 }, stages: [{ block: 'conv', width: [8, 16] }] },
      },
      candidate: 'conv-w8',
      fidelity: { draws: 1, batch: 2, resolution: 8 },
    });
    expect(costs.parameters).toBeGreaterThan(0);
  });

  it('rejects what is under way when it is closed', async () => {
    const other = library.createScorer();
    const outcome = other.score({ space: 'nas-bench-201', candidate: CELL }).catch((error: unknown) => error);
    await other.close();
    expect(await outcome).toBeInstanceOf(Error);
  });
});
