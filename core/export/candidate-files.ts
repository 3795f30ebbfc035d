// Writes a candidate's network as files that training starts from, whether it is made of blocks or is a graph.
import type { CandidateGraph } from '../graph/network-builder.js';
import type { Draw } from '../ir/draw.js';
import type { Network } from '../ir/network.js';
import { graphModel } from './graph-model.js';
import { trainableInGraph } from './graph-parameters.js';
import { graphPytorch } from './graph-pytorch.js';
import { modelLayers, trainableParameters } from './layers.js';
import { onnxModel } from './onnx-model.js';
import { pytorchModule } from './pytorch-module.js';

/** The parts of a space that answer a candidate's network. */
interface NetworkSource {
  readonly graph?: (args: { candidate: string; resolution: number }) => CandidateGraph;
  readonly network: (args: { candidate: string; resolution: number }) => Network;
}

export interface CandidateFiles {
  readonly trainableParameters: number;
  readonly inputChannels: number;
  onnx(draw: Draw): Uint8Array;
  /** `comment` is the first line of the file. */
  pytorch(comment: string): string;
}

/** Writes files for images of `resolution` pixels a side. */
export function candidateFiles({
  space,
  candidate,
  resolution,
}: {
  space: NetworkSource;
  candidate: string;
  resolution: number;
}): CandidateFiles {
  if (space.graph) {
    const { graph } = space.graph({ candidate, resolution });
    return {
      trainableParameters: trainableInGraph(graph),
      inputChannels: graph.inputs[0]!.shape[1]!,
      onnx: (draw) => graphModel({ graph, draw, resolution }),
      pytorch: (comment) => graphPytorch({ graph, comment }),
    };
  }
  const network = space.network({ candidate, resolution });
  const layers = modelLayers({ network, resolution });
  return {
    trainableParameters: trainableParameters(layers),
    inputChannels: network.inputChannels ?? 3,
    onnx: (draw) => onnxModel({ layers, draw, resolution }),
    pytorch: (comment) => pytorchModule({ layers, comment }),
  };
}
