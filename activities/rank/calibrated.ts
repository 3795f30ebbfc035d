// Scores units with the calibration that a specification names, instead of the sum of log ranks.
import { type Calibration, calibratedScore, parseCalibration } from '../../core/calibration/calibration.js';
import { SpecError } from '../../core/errors.js';
import { type GraphFeatures, graphFeatures } from '../../core/spaces/graph-features.js';
import { openSpace } from '../../core/spaces/index.js';
import type { Space } from '../../core/spaces/space.js';
import type { Specification } from '../../core/specification/specification.js';
import type { BlobStore } from '../../store/store.js';

/** Computes the score of a unit from its rank shares, which have the order of the specification's proxies. */
export type ScoreUnit = (unit: string, shares: readonly number[]) => number;

/** Reads the calibration of a specification; undefined if it names none. */
export async function readCalibratedScore({
  blobs,
  specification,
}: {
  readonly blobs: BlobStore;
  readonly specification: Specification;
}): Promise<ScoreUnit | undefined> {
  const { aggregation, proxies, space, fidelity } = specification;
  if (!aggregation.calibration) return undefined;
  const calibration = await readCalibration(blobs, aggregation.calibration.digest);
  return scoreBy({ calibration, proxies, space: openSpace(space), resolution: fidelity.resolution });
}

export async function readCalibration(blobs: BlobStore, digest: string): Promise<Calibration> {
  const text = new TextDecoder().decode(await blobs.get(digest));
  return parseCalibration({ text, source: `calibration ${digest}` });
}

interface ScoreByArguments {
  readonly calibration: Calibration;
  readonly proxies: readonly string[];
  readonly space: Space;
  readonly resolution: number;
}

function scoreBy({ calibration, proxies, space, resolution }: ScoreByArguments): ScoreUnit {
  const places = calibration.proxies.map((proxy) => proxies.indexOf(proxy));
  return (unit, shares) =>
    calibratedScore(calibration, {
      shares: places.map((place) => shares[place]!),
      graph: calibration.method === 'model' ? graphOf({ space, candidate: unit, resolution }) : {},
    });
}

/** Computes the graph features; they are empty if the space cannot build a graph from the candidate's text. */
export function graphOf(given: {
  readonly space: Space;
  readonly candidate: string;
  readonly resolution: number;
}): GraphFeatures {
  try {
    return graphFeatures(given);
  } catch (error) {
    if (error instanceof SpecError) return {};
    throw error;
  }
}
