// Writes a network that is a graph as a PyTorch module, in a Python file that imports nothing but torch.
import type { Graph, GraphNode } from '../graph/graph.js';
import { constantInput, parametersOfNode } from './graph-parameters.js';
import { IMAGES } from './layers.js';

/** Writes the module. Parameters and buffers have the names of the ONNX model's initializers. */
export function graphPytorch({
  graph,
  comment,
}: {
  readonly graph: Graph;
  readonly comment: string;
}): string {
  const made = graph.nodes.flatMap((node) => {
    const module = constructorOf({ graph, node });
    return module ? [`        self.${node.name} = ${module}`] : [];
  });
  const steps = graph.nodes.map((node) => `        ${node.outputs[0]} = ${expressionOf({ graph, node })}`);
  const joins = graph.nodes.some(({ op }) => op === 'Concat') ? 'import torch\n' : '';
  const biased = graph.nodes.some(({ op, inputs }) => op === 'Conv' && inputs.length > 2)
    ? 'isinstance(module, (nn.Conv2d, nn.Linear)) and module.bias is not None'
    : 'isinstance(module, nn.Linear)';
  return `# ${comment.replaceAll(/[\r\n]/g, ' ')}
${joins}import torch.nn.functional as F
from torch import nn


class Network(nn.Module):
    def __init__(self):
        super().__init__()
${made.join('\n')}
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if ${biased}:
                nn.init.zeros_(module.bias)

    def forward(self, ${IMAGES}):
${steps.join('\n')}
        return ${graph.outputs[0]}
`;
}

interface Site {
  readonly graph: Graph;
  readonly node: GraphNode;
}

/** The single value of an attribute that holds one number for each of two axes, both equal. */
function both(node: GraphNode, name: string, otherwise: number): number {
  const value = node.attributes[name] as readonly number[] | undefined;
  return value?.[0] ?? otherwise;
}

function constructorOf({ graph, node }: Site): string | undefined {
  const shape = parametersOfNode({ graph, node })[0]?.shape;
  switch (node.op) {
    case 'Conv': {
      const [out, perGroup, kernel] = shape as [number, number, number];
      const groups = node.attributes.group as number;
      const window = `stride=${both(node, 'strides', 1)}, padding=${both(node, 'pads', 0)}, dilation=${both(node, 'dilations', 1)}`;
      return `nn.Conv2d(${perGroup * groups}, ${out}, ${kernel}, ${window}, groups=${groups}, bias=${node.inputs.length > 2 ? 'True' : 'False'})`;
    }
    case 'BatchNormalization':
      return shape
        ? `nn.BatchNorm2d(${shape[0]}, eps=${node.attributes.epsilon})`
        : `nn.BatchNorm2d(${node.attributes.channels}, eps=${node.attributes.epsilon}, affine=False)`;
    case 'Gemm':
      return `nn.Linear(${shape![1]}, ${shape![0]})`;
    default:
      return undefined;
  }
}

const OPERATORS: Readonly<Record<string, string>> = { Add: '+', Mul: '*' };

/** A float in Python, as `torch.jit.script` needs it. */
const floatOf = (value: number) => (Number.isInteger(value) ? `${value}.0` : `${value}`);

function expressionOf({ graph, node }: Site): string {
  const [x, second] = node.inputs as [string, ...string[]];
  const known = (i: number) => constantInput(graph, node.inputs[i]!)!;
  switch (node.op) {
    case 'Conv':
    case 'BatchNormalization':
    case 'Gemm':
      return `self.${node.name}(${x})`;
    case 'Relu':
    case 'Gelu':
    case 'HardSwish':
    case 'HardSigmoid':
      return `F.${node.op.toLowerCase()}(${x})`;
    case 'Sigmoid':
      return `${x}.sigmoid()`;
    case 'Clip':
      return `F.hardtanh(${x}, ${floatOf(known(1)[0]!)}, ${floatOf(known(2)[0]!)})`;
    case 'Add':
    case 'Mul':
      return `${x} ${OPERATORS[node.op]} ${constantInput(graph, second!)?.[0] ?? second}`;
    case 'Concat':
      return `torch.cat([${node.inputs.join(', ')}], 1)`;
    case 'MaxPool':
    case 'AveragePool': {
      const window = `${both(node, 'kernel_shape', 1)}, stride=${both(node, 'strides', 1)}, padding=${both(node, 'pads', 0)}`;
      return node.op === 'MaxPool'
        ? `F.max_pool2d(${x}, ${window})`
        : `F.avg_pool2d(${x}, ${window}, count_include_pad=False)`;
    }
    case 'Slice':
      return `${x}[:, :${known(2)[0]}]`;
    case 'Pad':
      return `F.pad(${x}, (-1, 1, -1, 1))`;
    case 'Expand':
      return `${x}.expand(-1, ${known(1).slice(1).join(', ')})`;
    case 'ReduceMean':
      return `${x}.mean((${known(1).join(', ')}), keepdim=True)`;
    case 'GlobalAveragePool':
      return `${x}.mean((2, 3), keepdim=True)`;
    case 'Flatten':
      return `${x}.flatten(1)`;
    default:
      throw new Error(`no PyTorch is known for ${node.op}`);
  }
}
