// Computes the proxies of a candidate's whole network under each requested draw.
import { imageShape } from '../../core/graph/image-shape.js';
import { resolveGraph } from '../../core/graph/resolve.js';
import { weightRoles } from '../../core/graph/weight-roles.js';
import { wholeOfBlocks } from '../../core/graph/whole/from-blocks.js';
import { type WholeNetwork, wholeOfGraph } from '../../core/graph/whole/network.js';
import { randomDraw } from '../../core/ir/draw.js';
import type { Costs } from '../../core/spaces/space.js';
import type { FamilyName } from '../../core/specification/families.js';
import { imagesOfDraw } from '../images.js';
import { labelsOfDraw } from '../labels.js';
import { openOwnProxies } from '../own-proxies.js';
import type { ScoreRequest } from '../protocol.js';
import { openWhole } from './measure-whole.js';
import type { NetworkSource } from './source.js';
import { drawWhole } from './whole-draw.js';

interface ScoreWholeArguments {
  readonly request: ScoreRequest;
  readonly source: NetworkSource;
  readonly costs: Costs;
  readonly families: readonly FamilyName[];
  readonly threads: number;
}

/** The proxies by draw, in the order of the request. The programs are created once and serve all draws. */
export async function scoreWhole({
  request,
  source,
  costs,
  families,
  threads,
}: ScoreWholeArguments): Promise<readonly Readonly<Record<string, number>>[]> {
  const { candidate, seed, draws, fidelity, images, labels, own = [] } = request;
  const modules = openOwnProxies(own);
  const opened = await openWhole({
    write: (batch) => writeWhole({ request, source, batch }),
    batch: fidelity.batch,
    costs,
    families,
    own: modules,
    settings: { threads, precision: fidelity.precision ?? 'float32' },
  });
  try {
    const scores: Readonly<Record<string, number>>[] = [];
    for (const draw of draws) {
      const noise = randomDraw({ seed, draw, owner: fidelity.weights === 'candidate' ? candidate : '' });
      const input = (shape: readonly number[]) =>
        images ? imagesOfDraw({ images, draw, shape }) : noise.input(shape);
      const drawn = { ...noise, input };
      const given =
        labels && ((count: number, classes: number) => labelsOfDraw({ labels, draw, count, classes }));
      scores.push(await opened.score(drawWhole({ drawn, file: candidate, labels: given })));
    }
    return scores;
  } finally {
    await opened.close();
  }
}

function writeWhole({
  request: { candidate, fidelity },
  source,
  batch,
}: {
  readonly request: ScoreRequest;
  readonly source: NetworkSource;
  readonly batch: number;
}): WholeNetwork {
  const { resolution } = fidelity;
  if ('network' in source) return wholeOfBlocks({ network: source.network, batch, resolution });
  const image = imageShape(source.graph.inputs[0]!, resolution);
  const graph = resolveGraph({ graph: source.graph, batch, image, file: candidate });
  return wholeOfGraph(graph, weightRoles(graph));
}
