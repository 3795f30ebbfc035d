// In: a size. Out: the space of vision transformers of that size (AutoFormer, Chen et al. 2021) as AZ-NAS searches it.
import { spaceDefaults } from '../../specification/space.js';
import type { Space } from '../space.js';
import { parseArchitecture, printArchitecture } from './architecture.js';
import { CHOICES, countArchitectures, PATCH, type Size } from './choices.js';
import { architectureCosts, architectureRanges } from './costs.js';
import { architectureNetwork } from './network.js';
import { mutateArchitecture, randomArchitecture } from './random.js';

export function autoformer({ size }: { size: Size }): Space {
  const choices = CHOICES[size];
  const parse = (text: string) => parseArchitecture({ text: text.trim(), choices });
  return {
    kind: 'autoformer',
    size: countArchitectures(choices),
    proxies: spaceDefaults({ kind: 'autoformer', size }).proxies,
    parse: (text) => printArchitecture(parse(text)),
    // No two architectures are the same function.
    canonicalKey: (candidate) => candidate,
    random: (key) => printArchitecture(randomArchitecture({ choices, key })),
    mutate: ({ parent, ...rest }) =>
      printArchitecture(mutateArchitecture({ parent: parse(parent), choices, ...rest })),
    resolutionStep: () => PATCH,
    costs: ({ candidate, resolution }) => architectureCosts({ architecture: parse(candidate), resolution }),
    costRanges: ({ resolution }) => architectureRanges({ choices, resolution }),
    network: ({ candidate, resolution }) =>
      architectureNetwork({ architecture: parse(candidate), choices, resolution }),
  };
}
