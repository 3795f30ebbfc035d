// Draws the tensors of an imported network: weights by their roles, images, Rademacher probes.

import { SpecError } from '../../core/errors.js';
import type { GraphNetwork } from '../../core/graph/network.js';
import { drawnPlaces, initializationOf } from '../../core/graph/weight-roles.js';
import type { Draw } from '../../core/ir/draw.js';
import type { GraphDraw } from './score-graph.js';

/**
 * The key of a weight consists of seed, draw, shape, and the place of the weight among those that are drawn, in the order in
 * which the graph reads them. It does not depend on names or on values in the file. Throws SpecError for a constant
 * whose values the network needs and the file does not hold.
 */
export function drawGraph({
  network: { graph, roles },
  drawn,
  file,
}: {
  readonly network: GraphNetwork;
  readonly drawn: Draw;
  readonly file: string;
}): GraphDraw {
  const places = drawnPlaces(roles);
  return {
    images: drawn.input,
    signs: drawn.signs,
    weight: (index, out) => {
      const { shape, name, initializer } = graph.weights[index]!;
      const initialization = initializationOf(roles[index]!);
      if (initialization) return drawn.weight({ name: `graph.${places[index]}`, shape, initialization }, out);
      const values = initializer.read();
      if (values) return Float32Array.from(values);
      throw SpecError.inFile({
        file,
        message: `the numbers of "${name}" [${shape}] are not in the file, and it is no weight that could be drawn`,
      });
    },
  };
}
