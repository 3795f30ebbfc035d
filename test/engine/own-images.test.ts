// Tests scoring on images from a file, in every space; noise that is written to a file scores like the noise.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from 'vitest';
import { CandidateError } from '../../core/candidate-error.js';
import { randomDraw } from '../../core/ir/draw.js';
import { checkDefinition } from '../../core/spaces/custom/schema.js';
import { openSpace } from '../../core/spaces/index.js';
import type { SpaceSpecification } from '../../core/specification/space.js';
import { type CpuScorer, createCpuScorer } from '../../engine/cpu-scorer.js';
import type { ImagesFile } from '../../engine/images.js';
import type { ScoreRequest } from '../../engine/protocol.js';
import { createScorerPool } from '../../engine/scorer-pool.js';
import { built, request } from '../support/engine.js';
import { type TestHome, testHome } from '../support/home.js';

const BATCH = 2;
const definition = checkDefinition({
  value: { input: { channels: 1, resolution: 16 }, classes: 3, stages: [{ block: 'basic', width: [8, 16] }] },
  source: 'test',
});
let home: TestHome;
let scorer: CpuScorer;
beforeAll(async () => {
  home = testHome();
  scorer = await createCpuScorer({ threads: 1 });
});
afterAll(async () => {
  await scorer.close();
  await home.remove();
});

describe.each<[SpaceSpecification, number, number]>([
  [{ kind: 'nas-bench-201' }, 3, 16],
  [{ kind: 'mobilenet-v2' }, 3, 32],
  [{ kind: 'autoformer', size: 'tiny' }, 3, 32],
  [{ kind: 'custom', definition }, 1, 16],
])('$kind', (space, channels, side) => {
  const candidate = openSpace(space).random({ seed: 1, draw: 0, name: 'test' });
  const requestOf = (images?: ImagesFile): ScoreRequest => ({
    space,
    candidate,
    seed: 5,
    fidelity: { batch: BATCH, resolution: side, weights: 'shared', features: 'blocks' },
    draws: [0, 1],
    ...(images ? { images } : {}),
  });
  const score = (images?: ImagesFile) => scorer.score(requestOf(images));
  const shape = [BATCH, channels, side, side] as const;
  const file = (name: string, draws: readonly Float32Array[]): ImagesFile => {
    const path = join(home.dir, `${space.kind}-${name}`);
    writeFileSync(path, Buffer.concat(draws.map((draw) => new Uint8Array(draw.buffer))));
    return { file: path, digest: name, shape: [BATCH * draws.length, channels, side, side] };
  };
  const noise = (draw: number) => randomDraw({ seed: 5, draw }).input(shape);

  it('each draw takes the next images', async () => {
    const scored = await score();
    expect(await score(file('noise', [noise(0), noise(1), noise(2)]))).toEqual(scored);
    const other = await score(file('other', [noise(0), noise(7)]));
    expect(other[0]).toEqual(scored[0]);
    expect(other[1]!.expressivity).not.toBe(scored[1]!.expressivity);
    expect(other[1]!.complexity).toBe(scored[1]!.complexity);
  });

  it('what does not suffice is an error, never noise', async () => {
    await expect(score(file('few', [noise(0)]))).rejects.toThrow(/draw 1 needs/);
  });

  it('a file that cannot be read is no fault of the candidate', async () => {
    const short = { ...file('short', [noise(0)]), shape: [BATCH * 2, channels, side, side] };
    const absent = { ...short, digest: 'absent', file: join(home.dir, 'absent') };
    const requests = [short, absent].map((images) => requestOf(images));
    expect(await scorer.scoreAll(requests)).toEqual([
      { fault: expect.stringMatching(/short: ends before draw 1/) },
      { fault: expect.stringMatching(/absent: ENOENT/) },
    ]);
  });
});

test('a pool tells a file that cannot be read from a candidate that cannot be scored', async () => {
  const pool = createScorerPool({ script: built('engine/scorer-process.js'), size: 1 });
  onTestFinished(() => pool.close());
  const images = { file: join(home.dir, 'absent'), digest: 'absent', shape: [2, 3, 16, 16] };
  const asked = request('|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|none~2|');
  const error = await pool
    .score({ ...asked, fidelity: { ...asked.fidelity, batch: 2 }, images })
    .catch((e) => e);
  expect(error).not.toBeInstanceOf(CandidateError);
  expect(error.message).toMatch(/images .*absent: ENOENT/);
});
