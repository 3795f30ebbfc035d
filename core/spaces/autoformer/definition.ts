// Defines the spaces of vision transformers of AutoFormer (Chen et al. 2021), one for each size, as AZ-NAS
// searches them.
import { z } from 'zod';
import { mapping, oneOf } from '../../schema/fields.js';
import { defineSpace, PROXIES_OF_TOKENS } from '../definition.js';
import type { Space } from '../space.js';
import { parseArchitecture, printArchitecture } from './architecture.js';
import { CHOICES, countArchitectures, PATCH, type Size } from './choices.js';
import { architectureCosts, architectureRanges } from './costs.js';
import { drawArchitecture } from './drawing.js';
import { architectureNetwork } from './network.js';
import { mutateArchitecture, randomArchitecture } from './random.js';

export function autoformer({ size }: { readonly size: Size }): Space {
  const choices = CHOICES[size];
  const parse = (text: string) => parseArchitecture({ text: text.trim(), choices });
  return {
    kind: 'autoformer',
    size: countArchitectures(choices),
    proxies: PROXIES_OF_TOKENS,
    parse: (text) => printArchitecture(parse(text)),
    // Every architecture is an equivalence class of its own.
    canonicalKey: (candidate) => candidate,
    random: (key) => printArchitecture(randomArchitecture({ choices, key })),
    mutate: ({ parent, ...rest }) =>
      printArchitecture(mutateArchitecture({ parent: parse(parent), choices, ...rest })),
    resolutionStep: () => PATCH,
    costs: ({ candidate, resolution }) => architectureCosts({ architecture: parse(candidate), resolution }),
    costRanges: ({ resolution }) => architectureRanges({ choices, resolution }),
    drawing: ({ candidate }) => drawArchitecture(parse(candidate)),
    network: ({ candidate, resolution }) =>
      architectureNetwork({ architecture: parse(candidate), choices, resolution }),
  };
}

export const autoformerDefinition = defineSpace({
  kind: 'autoformer',
  schema: mapping({
    kind: z.literal('autoformer'),
    size: oneOf(['tiny', 'small', 'base']).describe('the supernet whose slices are the candidates'),
  }),
  defaults: () => ({ proxies: PROXIES_OF_TOKENS, resolution: 224, classes: false }),
  open: autoformer,
  code: 'built-in',
  batched: false,
  shapes: 'own',
});
