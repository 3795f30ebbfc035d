// Finds the contents of a candidate's picture, also where its network is an ONNX file in the store.
import type { Architecture, ChainBlock } from '../../core/drawing/architecture.js';
import { countNames } from '../../core/drawing/chains.js';
import type { Graph } from '../../core/graph/graph.js';
import { inspectNetwork } from '../../core/graph/inspection.js';
import { graphNetwork } from '../../core/graph/network.js';
import { graphOfStructure } from '../../core/graph/structure.js';
import { architectureOf } from '../../core/spaces/drawing.js';
import type { Space } from '../../core/spaces/space.js';

/** The batch size with which the shapes of a network from a file are inferred. */
const BATCH = 8;

/** Throws a SpecError for a space without networks to draw. `candidate` is valid in the space. */
export async function candidateArchitecture({
  space,
  candidate,
  resolution,
  blob,
}: {
  readonly space: Space;
  readonly candidate: string;
  /** The side of the images in pixels. */
  readonly resolution: number;
  readonly blob: (digest: string) => Promise<Uint8Array>;
}): Promise<Architecture> {
  const digest = space.structureOf?.(candidate);
  if (digest === undefined) return architectureOf({ space, candidate, resolution });
  const text = new TextDecoder().decode(await blob(digest));
  return architectureOfFile({ text, resolution, file: candidate });
}

/** The network of a file, collapsed to the blocks that are measured. */
function architectureOfFile({
  text,
  resolution,
  file,
}: {
  readonly text: string;
  readonly resolution: number;
  readonly file: string;
}): Architecture {
  const graph = graphOfStructure(text);
  const network = graphNetwork({
    graph,
    batch: graph.inputs[0]?.shape[0] ?? BATCH,
    image: imageOf(graph, resolution),
    wanted: 'blocks',
    file,
  });
  const blocks = inspectNetwork({ graph, network }).map(
    ({ shape, channelAxis, operators, macs }, i): ChainBlock => {
      const names = Object.entries(operators).flatMap(([name, count]) => Array<string>(count).fill(name));
      const channels = shape && channelAxis !== undefined ? shape[channelAxis - 1] : undefined;
      const side = shape?.length === 3 ? shape[2] : undefined;
      return {
        title: `${shape === undefined ? 'head' : i === 0 ? 'stem' : `block ${i}`} · ${(macs / 1e6).toFixed(1)} M MACs`,
        detail: countNames(names),
        role: operators.Softmax ? 'attention' : 'conv',
        repeat: 1,
        ...(channels === undefined ? {} : { channels }),
        ...(side === undefined ? {} : { side }),
      };
    },
  );
  return [{ kind: 'chain', title: 'Blocks from input to output', blocks }];
}

function imageOf({ inputs }: Graph, resolution: number): readonly number[] {
  const [, channels = 3, height = resolution, width = resolution] = inputs[0]!.shape;
  return [channels, height, width];
}
