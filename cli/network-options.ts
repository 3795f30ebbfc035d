// Defines the options that commands on ONNX files share.
import { InvalidArgumentError, Option } from 'commander';
import type { LoadOptions } from '../client/networks/load-network.js';
import { createWholeNumberParser } from './arguments.js';

export interface NetworkOptions {
  readonly batch?: number;
  readonly resolution?: number;
  readonly features?: LoadOptions['features'];
  readonly normalization: LoadOptions['normalization'];
}

export function createNetworkOptions(): readonly Option[] {
  return [
    new Option(
      '--batch <N>',
      'number of images in a batch (default: 8, or the batch size of the file if it accepts no other)',
    ).argParser(createWholeNumberParser({ min: 1, max: 4096 })),
    new Option(
      '--resolution <N>',
      'size of the axes that a file leaves open, in pixels or samples (default: for images 224)',
    ).argParser(createWholeNumberParser({ min: 4, max: 2 ** 24 })),
    new Option(
      '--features <WHICH>',
      'stages, blocks, or names of tensors or modules separated by commas (default: those listed in FILE.yaml, else stages)',
    ).argParser(features),
    new Option(
      '--normalization <HOW>',
      'file: as in the file; restore: restore batch normalization that the exporter folded into convolutions',
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
