// Describes a candidate of a search's space: its picture, its costs, and the candidates that differ from it
// in one choice.
import type { Architecture, ChainBlock } from '../../core/drawing/architecture.js';
import { countNames } from '../../core/drawing/chains.js';
import { drawArchitecture } from '../../core/drawing/draw-architecture.js';
import type { Graph } from '../../core/graph/graph.js';
import { inspectNetwork } from '../../core/graph/inspection.js';
import { graphNetwork } from '../../core/graph/network.js';
import { graphOfStructure } from '../../core/graph/structure.js';
import { architectureOf } from '../../core/spaces/drawing.js';
import type { Costs, Space } from '../../core/spaces/space.js';
import { costResolution } from '../../core/specification/space.js';
import type { Specification } from '../../core/specification/specification.js';
import { type ModulePermission, openSpaceWith } from '../specification/allow-modules.js';

/** The number of random replacements with which neighbours are searched. */
const TRIES = 200;
const MOST_NEIGHBOURS = 60;
/** The batch size with which the shapes of a network from a file are inferred. */
const BATCH = 8;

export interface CandidateDescription {
  readonly candidate: string;
  /** The side of the images, in pixels, for which costs are counted. */
  readonly resolution: number;
  readonly costs: Costs;
  /** SVG text without scripts and style sheets. */
  readonly drawing: string;
  /** The candidates that differ in one choice, without repetition; a sample of them in a large space. */
  readonly neighbours: readonly string[];
}

/** Throws a SpecError for a text that is not a candidate of the space. */
export async function describeCandidate({
  specification,
  candidate: given,
  modules,
  blob,
}: {
  readonly specification: Specification;
  readonly candidate: string;
  readonly modules: ModulePermission;
  readonly blob: (digest: string) => Promise<Uint8Array>;
}): Promise<CandidateDescription> {
  const space = openSpaceWith({ space: specification.space, modules });
  const resolution = costResolution(specification);
  const candidate = space.parse(given);
  const digest = space.structureOf?.(candidate);
  const architecture =
    digest === undefined
      ? architectureOf({ space, candidate, resolution })
      : architectureOfFile({
          text: new TextDecoder().decode(await blob(digest)),
          resolution,
          file: candidate,
        });
  return {
    candidate,
    resolution,
    costs: space.costs({ candidate, resolution }),
    drawing: drawArchitecture(architecture, { label: `architecture of ${candidate.slice(0, 200)}` }),
    neighbours: neighboursOf(space, candidate),
  };
}

/** The result is deterministic, because the keys of the replacements are fixed. */
function neighboursOf(space: Space, parent: string): readonly string[] {
  const found = new Set<string>();
  for (let draw = 0; draw < TRIES && found.size < MOST_NEIGHBOURS; draw++) {
    const child = space.mutate({ parent, key: { seed: 0, draw, name: 'neighbours' }, mutations: 1 });
    if (child !== parent) found.add(child);
  }
  return [...found];
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
