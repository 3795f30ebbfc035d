// In: a model's layers. Out: a Python file with the same network as a PyTorch module; it needs torch and nothing else.
import { IMAGES, type Layer, LOGITS } from './layers.js';

/** Names of parameters and buffers are those of the ONNX model's initializers. */
export function pytorchModule({
  layers,
  comment,
}: {
  layers: readonly Layer[];
  /** One line: what this is. */
  comment: string;
}): string {
  const made = layers.flatMap((layer) => {
    const module = constructorOf(layer);
    return module ? [`        self.${layer.name} = ${module}`] : [];
  });
  const steps = layers.map((layer) => `        ${layer.name} = ${expressionOf(layer)}`);
  return `# ${comment.replaceAll(/[\r\n]/g, ' ')}
import torch.nn.functional as F
from torch import nn


class Network(nn.Module):
    def __init__(self):
        super().__init__()
${made.join('\n')}
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, ${IMAGES}):
${steps.join('\n')}
        return ${LOGITS}
`;
}

function constructorOf(layer: Layer): string | undefined {
  switch (layer.kind) {
    case 'conv': {
      const { weight, kernel, stride, groups } = layer;
      const [out, perGroup] = weight.shape as [number, number];
      const settings = `stride=${stride}, padding=${(kernel - 1) / 2}, groups=${groups}, bias=False`;
      return `nn.Conv2d(${perGroup * groups}, ${out}, ${kernel}, ${settings})`;
    }
    case 'norm':
      return `nn.BatchNorm2d(${layer.channels}, eps=${layer.epsilon})`;
    case 'linear':
      return `nn.Linear(${layer.channels}, ${layer.classes})`;
    default:
      return undefined;
  }
}

function expressionOf(layer: Layer): string {
  const [first] = layer.inputs;
  switch (layer.kind) {
    case 'averagePool': {
      const { kernel, stride } = layer;
      const padding = kernel % 2 ? (kernel - 1) / 2 : 0;
      return `F.avg_pool2d(${first}, ${kernel}, stride=${stride}, padding=${padding}, count_include_pad=False)`;
    }
    case 'relu':
      return `F.relu(${first})`;
    case 'sum':
      return layer.inputs.join(' + ');
    case 'zero':
      return `${first} * 0`;
    case 'globalPool':
      return `${first}.mean(dim=(2, 3))`;
    default:
      return `self.${layer.name}(${first})`;
  }
}
