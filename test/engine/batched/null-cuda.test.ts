// Tests ONNX Runtime's CUDA provider with libraries that do nothing: it accepts every node of every supernet,
// and runs that are too large are halved.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sample } from '../../../core/random/shuffle.js';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import { together } from '../../../core/specification/devices.js';
import { PRESETS } from '../../../core/specification/fidelity.js';
import type { PoolEvent } from '../../../engine/pool-event.js';
import type { ScoreRequest } from '../../../engine/protocol.js';
import { createScorerPool } from '../../../engine/scorer-pool.js';
import { built } from '../../support/engine.js';
import { buildNullCuda, lacksNullCuda } from '../../support/null-cuda/build.js';

const { checkDevice } = (await import(
  built('engine/check-device.js')
)) as typeof import('../../../engine/check-device.js');

/** Nothing is computed, so scores are meaningless here, but whatever a GPU would refuse is detected. */
describe.skipIf(lacksNullCuda())('the CUDA provider', { timeout: 300_000 }, () => {
  const before = { ...process.env };
  let folder: string;
  let log: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'zeroscout-null-cuda-'));
    log = join(folder, 'refused');
    process.env.LD_LIBRARY_PATH = buildNullCuda({ folder });
    process.env.NULL_CUDA_LOG = log;
  });
  afterAll(() => {
    process.env = before;
    rmSync(folder, { recursive: true });
  });

  const candidates = sample({ key: { seed: 1, draw: 0, name: 'null' }, count: 4096, size: 15_625 }).map(
    nasBench201.enumeration.at,
  );
  const { draws: _, ...preset } = PRESETS.screen;
  const screen = { ...preset, resolution: 32 };
  const published = { ...screen, batch: 64, features: 'blocks' } as const;
  /** The scores of the first candidates, and whatever failed. */
  const scoreAll = async (fidelity: ScoreRequest['fidelity'], count: number) => {
    const events: PoolEvent[] = [];
    const pool = createScorerPool({
      script: built('engine/scorer-process.js'),
      size: 1,
      together: together('cuda'),
      scorer: { device: 'cuda' },
      limits: { maxResidentBytes: Number.POSITIVE_INFINITY },
      listener: { onEvent: (event) => events.push(event) },
    });
    const setting = { space: { kind: 'nas-bench-201' }, seed: 1, fidelity, draws: [0] } as const;
    try {
      const scores = await Promise.all(
        candidates.slice(0, count).map((candidate) => pool.score({ ...setting, candidate })),
      );
      return { scored: scores.length, died: events.filter(({ type }) => type === 'died') };
    } finally {
      await pool.close();
    }
  };

  it('runs every node of a small program itself', async () => {
    expect(await checkDevice({ device: 'cuda' })).toMatchObject({ nodes: expect.any(Number) });
  });

  it('runs supernets of screen and of the published setting, with launches that a GPU takes', async () => {
    expect(await scoreAll(screen, 4096)).toEqual({ scored: 4096, died: [] });
    expect(await scoreAll(published, 250)).toEqual({ scored: 250, died: [] });
    expect(existsSync(log)).toBe(false);
  });

  it('goes on in smaller runs where the device has too little memory', async () => {
    process.env.NULL_CUDA_MEMORY = String(4 * 2 ** 30);
    try {
      expect(await scoreAll(screen, 1000)).toEqual({ scored: 1000, died: [] });
      expect(readFileSync(log, 'utf8')).toMatch(/^(memory .*\n)+$/);
    } finally {
      delete process.env.NULL_CUDA_MEMORY;
    }
  });
});
