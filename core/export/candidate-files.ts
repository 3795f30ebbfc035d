// Writes a candidate's network as files that training starts from, whether it is made of blocks, is a graph, or came from a file.
import { SpecError } from '../errors.js';
import { imageShape } from '../graph/image-shape.js';
import type { CandidateGraph } from '../graph/network-builder.js';
import { graphOfStructure } from '../graph/structure.js';
import type { Draw } from '../ir/draw.js';
import type { Network } from '../ir/network.js';
import { fileModel } from './file-model.js';
import { graphModel } from './graph-model.js';
import { trainableInGraph } from './graph-parameters.js';
import { graphPytorch } from './graph-pytorch.js';
import { IMAGES, type ModelInput, modelLayers, trainableParameters } from './layers.js';
import { onnxModel } from './onnx-model.js';
import { pytorchModule } from './pytorch-module.js';

/** The part of a space's interface that returns a candidate's network. */
interface NetworkSource {
  readonly costs: (args: { candidate: string; resolution: number }) => { readonly parameters: number };
  readonly graph?: (args: { candidate: string; resolution: number }) => CandidateGraph;
  readonly network: (args: { candidate: string; resolution: number }) => Network;
}

export interface CandidateFiles {
  readonly trainableParameters: number;
  /** Several only of a network that was read from a file. */
  readonly inputs: readonly ModelInput[];
  /** The only batch size for which the network is valid; undefined if any is. */
  readonly batch?: number;
  /** `comment` is the documentation of the model. */
  onnx(draw: Draw, comment?: string): Uint8Array;
  /** `comment` is the first line of the file. */
  pytorch(comment: string): string;
}

interface CandidateFilesArguments {
  readonly space: NetworkSource;
  readonly candidate: string;
  readonly resolution: number;
  readonly structure?: string | undefined;
}

/**
 * Returns the files for images of `resolution` pixels a side. `structure` is the structure of a candidate
 * that was read from a file.
 */
export function candidateFiles({
  space,
  candidate,
  resolution,
  structure,
}: CandidateFilesArguments): CandidateFiles {
  if (structure !== undefined) return filesOfFile({ space, candidate, resolution, structure });
  if (space.graph) {
    const { graph } = space.graph({ candidate, resolution });
    return {
      trainableParameters: trainableInGraph(graph),
      inputs: [{ name: IMAGES, shape: imageShape(graph.inputs[0]!, resolution) }],
      onnx: (draw, comment) => graphModel({ graph, draw, resolution, comment }),
      pytorch: (comment) => graphPytorch({ graph, comment }),
    };
  }
  const network = space.network({ candidate, resolution });
  const layers = modelLayers({ network, resolution });
  return {
    trainableParameters: trainableParameters(layers),
    inputs: [{ name: IMAGES, shape: [network.inputChannels ?? 3, resolution, resolution] }],
    onnx: (draw, comment) => onnxModel({ layers, draw, resolution, comment }),
    pytorch: (comment) => pytorchModule({ layers, comment }),
  };
}

interface FilesOfFileArguments {
  readonly space: NetworkSource;
  readonly candidate: string;
  readonly resolution: number;
  readonly structure: string;
}

function filesOfFile({ space, candidate, resolution, structure }: FilesOfFileArguments): CandidateFiles {
  const graph = graphOfStructure(structure);
  const model = fileModel({ graph, resolution });
  const { batch, inputs } = model;
  return {
    // A network of texts is written from its embeddings on.
    trainableParameters: space.costs({ candidate, resolution }).parameters - (graph.tableSize ?? 0),
    inputs,
    ...(batch === undefined ? {} : { batch }),
    onnx: model.bytes,
    pytorch: () => {
      throw SpecError.of({
        path: '',
        message: `${candidate} came from an ONNX file and has no PyTorch module here: train the model that the file was exported from`,
        advice: { code: 'export-onnx', text: 'or export it in the format onnx' },
      });
    },
  };
}
