// Defines the picture of a MobileNetV2 structure: width, kernel, expansion and resolution of each block.
import type { Architecture, ChainBlock } from '../../drawing/architecture.js';
import type { Structure, StructureBlock } from './structure.js';

/** `resolution` is the side of the images in pixels. */
export function drawStructure({
  structure,
  resolution,
}: {
  readonly structure: Structure;
  readonly resolution: number;
}): Architecture {
  let side = resolution;
  const blocks = structure.map((block) => {
    side = Math.ceil(side / block.stride);
    return invertedResidual(block, side);
  });
  return [{ kind: 'chain', title: 'Blocks from input to output', blocks }];
}

function invertedResidual(block: StructureBlock, side: number): ChainBlock {
  const { kernel, stride, sub, out: channels } = block;
  const size = { channels, side };
  const stepped = stride > 1 ? ` · stride ${stride}` : '';
  if (block.kind === 'conv')
    return {
      title: `convolution ${kernel} × ${kernel}`,
      detail: `ReLU${stepped}`,
      role: 'conv',
      repeat: sub,
      ...size,
    };
  const detail = `kernel ${kernel} × ${kernel} · expansion ${block.expansion} · bottleneck ${block.bottleneck}${stepped}`;
  return { title: 'two inverted residual units', detail, role: 'conv', repeat: sub, ...size };
}
