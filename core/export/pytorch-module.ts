// Writes a network as a PyTorch module, in a Python file that imports nothing but torch.
import { IMAGES, type Layer, LOGITS, poolPadding } from './layers.js';
import { RELATIVE_ATTENTION } from './pytorch-attention.js';

/**
 * Writes the module. Parameters and buffers have the names of the ONNX model's initializers. Tokens are
 * [batch, tokens, channels].
 */
export function pytorchModule({
  layers,
  comment,
}: {
  readonly layers: readonly Layer[];
  /** The first line of the file: one line that says what the module is. */
  readonly comment: string;
}): string {
  const made = layers.flatMap((layer) => {
    const module = constructorOf(layer);
    return module ? [`        self.${layer.name} = ${module}`] : [];
  });
  const steps = layers.map((layer) => `        ${layer.name} = ${expressionOf(layer)}`);
  const has = (kind: Layer['kind']) => layers.some((layer) => layer.kind === kind);
  // The file has only those imports that it uses.
  const torch = has('attention') || has('classToken') ? 'import torch\n' : '';
  const linear = has('attention')
    ? 'nn.init.normal_(module.weight, std=0.02)'
    : 'nn.init.kaiming_normal_(module.weight, nonlinearity="relu")';
  return `# ${comment.replaceAll(/[\r\n]/g, ' ')}
${torch}import torch.nn.functional as F
from torch import nn


${has('attention') ? RELATIVE_ATTENTION : ''}class Network(nn.Module):
    def __init__(self):
        super().__init__()
${made.join('\n')}
        for module in self.modules():
            if isinstance(module, nn.Linear):
                ${linear}
                nn.init.zeros_(module.bias)
            if isinstance(module, nn.Conv2d) and module.bias is None:
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")

    def forward(self, ${IMAGES}):
${steps.join('\n')}
        return ${LOGITS}
`;
}

function constructorOf(layer: Layer): string | undefined {
  const { weight, '': own } = layer.parameters;
  switch (layer.kind) {
    case 'conv': {
      const { kernel, stride, groups } = layer;
      const [out, perGroup] = weight!.shape as [number, number];
      const settings = `stride=${stride}, padding=${(kernel - 1) / 2}, groups=${groups}, bias=False`;
      return `nn.Conv2d(${perGroup * groups}, ${out}, ${kernel}, ${settings})`;
    }
    case 'norm':
      return `nn.BatchNorm2d(${layer.channels}, eps=${layer.epsilon})`;
    case 'linear':
      return `nn.Linear(${weight!.shape[1]}, ${weight!.shape[0]})`;
    case 'layerNorm':
      return `nn.LayerNorm(${weight!.shape[0]})`;
    case 'patches':
      return `nn.Conv2d(${weight!.shape[1]}, ${weight!.shape[0]}, ${layer.patch}, stride=${layer.patch})`;
    case 'classToken':
    case 'positions':
      return `nn.Parameter(0.02 * torch.randn(${own!.shape.join(', ')}))`;
    case 'attention':
      return `RelativeAttention(heads=${layer.heads}, side=${layer.side}, farthest=${layer.farthest})`;
    default:
      return undefined;
  }
}

function expressionOf(layer: Layer): string {
  const [first] = layer.inputs;
  switch (layer.kind) {
    case 'averagePool': {
      const { kernel, stride } = layer;
      return `F.avg_pool2d(${first}, ${kernel}, stride=${stride}, padding=${poolPadding(layer)}, count_include_pad=False)`;
    }
    case 'relu':
    case 'gelu':
      return `F.${layer.kind}(${first})`;
    case 'sum':
      return layer.inputs.join(' + ');
    case 'zero':
      return `${first} * 0`;
    case 'globalPool':
      return `${first}.mean(dim=(2, 3))`;
    case 'patches':
      return `self.${layer.name}(${first}).flatten(2).transpose(1, 2)`;
    case 'classToken':
      return `torch.cat([self.${layer.name}.expand(${first}.shape[0], 1, -1), ${first}], dim=1)`;
    case 'positions':
      return `${first} + self.${layer.name}`;
    case 'patchMean':
      return `${first}[:, 1:].mean(dim=1)`;
    case 'conv':
    case 'norm':
    case 'linear':
    case 'layerNorm':
    case 'attention':
      return `self.${layer.name}(${first})`;
  }
}
