// Scores the features and blocks of a candidate that is a graph.

import type { Graph } from '../../core/graph/graph.js';
import { imageShape } from '../../core/graph/image-shape.js';
import { graphNetwork, type WantedFeatures } from '../../core/graph/network.js';
import { randomDraw } from '../../core/ir/draw.js';
import type { Needs } from '../../core/ir/measured.js';
import type { Provider } from '../batched/device.js';
import { imagesOfDraw } from '../images.js';
import type { NetworkScore } from '../network-score.js';
import type { ScoreRequest } from '../protocol.js';
import { drawGraph } from './graph-draw.js';
import { openGraph } from './score-graph.js';

interface ScoreGraphArguments {
  readonly request: ScoreRequest;
  readonly graph: Graph;
  readonly wanted: WantedFeatures;
  readonly needs: Needs;
  readonly placement: Placement;
}

/** Where programs run. */
export interface Placement {
  readonly threads: number;
  readonly device: Provider;
  readonly layout: 'blocked' | 'plain';
}

/** The scores for each requested draw, in order. The programs are created once and serve all draws. */
export async function scoreGraph({
  request: { candidate, seed, draws, fidelity, images },
  graph,
  wanted,
  needs,
  placement,
}: ScoreGraphArguments): Promise<readonly NetworkScore[]> {
  const { batch, resolution, weights } = fidelity;
  const image = imageShape(graph.inputs[0]!, resolution);
  const network = graphNetwork({ graph, batch, image, wanted, file: candidate });
  const opened = await openGraph({ network, ...placement, weights: 'drawn', needs });
  try {
    const scores: NetworkScore[] = [];
    for (const draw of draws) {
      const noise = randomDraw({ seed, draw, owner: weights === 'candidate' ? candidate : '' });
      const input = (shape: readonly number[]) =>
        images ? imagesOfDraw({ images, draw, shape }) : noise.input(shape);
      scores.push(await opened.score(drawGraph({ network, drawn: { ...noise, input }, file: candidate })));
    }
    return scores;
  } finally {
    await opened.close();
  }
}
