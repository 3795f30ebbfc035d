// The tensors of a draw for an imported network: weights by their roles, images, signs.

import { SpecError } from '../../core/errors.js';
import type { GraphNetwork } from '../../core/graph/network.js';
import { initializationOf } from '../../core/graph/weight-roles.js';
import type { Draw } from '../../core/ir/draw.js';
import type { GraphDraw } from './score-graph.js';

/**
 * A weight is keyed by seed, draw, its place among the weights in the order in which the graph reads them, and its shape: not
 * by names or by what the file holds. Throws SpecError for a constant that the network needs and the file does not hold.
 */
export function graphDraw({
  network: { graph, roles },
  drawn,
  file,
}: {
  network: GraphNetwork;
  drawn: Draw;
  file: string;
}): GraphDraw {
  return {
    images: drawn.input,
    signs: drawn.signs,
    weight: (index) => {
      const { shape, name, initializer } = graph.weights[index]!;
      const initialization = initializationOf(roles[index]!);
      if (initialization) return drawn.weight({ name: `graph.${index}`, shape, initialization });
      const values = initializer.read();
      if (values) return Float32Array.from(values);
      throw SpecError.inFile({
        file,
        message: `the numbers of "${name}" [${shape}] are not in the file, and it is no weight that could be drawn`,
      });
    },
  };
}
