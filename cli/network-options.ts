// Defines the options that commands on ONNX files share.
import { InvalidArgumentError, Option } from 'commander';
import type { LoadOptions } from '../client/networks/load-network.js';
import { wholeNumber } from './arguments.js';

export interface NetworkOptions {
  readonly batch?: number;
  readonly resolution?: number;
  readonly features?: LoadOptions['features'];
  readonly normalization: LoadOptions['normalization'];
}

export function networkOptions(): readonly Option[] {
  return [
    new Option(
      '--batch <N>',
      'images in a batch (default: 8, or the batch of the file where it holds for no other)',
    ).argParser(wholeNumber({ min: 1, max: 4096 })),
    new Option(
      '--resolution <PIXELS>',
      'side of the images (default: what the file says, else 224)',
    ).argParser(wholeNumber({ min: 4, max: 4096 })),
    new Option(
      '--features <WHICH>',
      'stages, blocks, or names of tensors or modules separated by commas (default: those that FILE.yaml names, else stages)',
    ).argParser(features),
    new Option(
      '--normalization <HOW>',
      'file: as the file has it; restore: put batch normalization back that the exporter folded into convolutions',
    )
      .choices(['file', 'restore'])
      .default('file'),
  ];
}

function features(text: string): LoadOptions['features'] {
  if (text === 'stages' || text === 'blocks') return text;
  const names = text.split(',').filter((name) => name !== '');
  if (names.length < 2)
    throw new InvalidArgumentError(
      `Found "${text}"; must be stages, blocks, or at least 2 names of tensors or modules.`,
    );
  return names;
}
