// Lists every proxy that a specification may name, by the families in which proxies are computed and stored.
import type { MeasurementNeed } from '../proxies/measurement.js';

/** The statistics of a network that a family's proxies are computed from. */
export type Need =
  /** Covariances of the features, from one forward pass. */
  | 'features'
  /**
   * Jacobian products of each measured block with Rademacher probes as cotangents: one vector-Jacobian
   * product for each block.
   */
  | 'signal-jacobian'
  /** FLOPs and parameters, counted from the candidate's text. */
  | 'costs'
  | MeasurementNeed;

interface Family {
  /**
   * Part of the address of the family's scores. Raise it with any change that moves a number of this family;
   * the scores of other families stay valid. `engine` means the version in `ENGINE_VERSION`, which az-nas has
   * had since before families existed.
   */
  readonly version: 'engine' | number;
  /**
   * The proxies in the order of their columns. Higher is better for each; `sign` is -1 where the paper's
   * quantity is negated to make it so.
   */
  readonly proxies: Readonly<Record<string, { readonly sign: 1 | -1 }>>;
  readonly needs: readonly Need[];
  /** The devices whose scorers compute the family; absent where all do. */
  readonly devices?: readonly string[];
}

/** A family with a single proxy, computed from the whole network on the CPU. */
function wholeNetwork<Name extends string, const Needs extends readonly MeasurementNeed[]>(
  name: Name,
  needs: Needs,
  version = 1,
) {
  const proxies = { [name]: { sign: 1 } } as { readonly [Key in Name]: { readonly sign: 1 } };
  return { version, proxies, needs, devices: ['cpu'] } as const;
}

/**
 * A family is what one computation yields and one stored fact holds. Asking for one of its proxies computes
 * and stores the whole family, and no other family. To add a family: a row here, its formula in core/proxies,
 * and where it is computed. A proxy of the whole network has a line in core/proxies/catalogue.ts, a family of
 * features and blocks one in BLOCKWISE of engine/outcome.ts.
 */
export const FAMILIES = {
  /** AZ-NAS, Lee and Ham, CVPR 2024, arXiv 2403.19232. */
  'az-nas': {
    version: 'engine',
    proxies: {
      expressivity: { sign: 1 },
      progressivity: { sign: 1 },
      trainability: { sign: 1 },
      complexity: { sign: 1 },
    },
    needs: ['features', 'signal-jacobian', 'costs'],
  },
  /** The share of the measured blocks that pass the signal on unchanged; core/proxies/residual.ts. */
  residual: {
    version: 1,
    proxies: { residual: { sign: 1 } },
    needs: ['signal-jacobian'],
  },
  /** Expressivity divided by the number of features; core/proxies/mean-expressivity.ts. */
  'mean-expressivity': {
    version: 2,
    proxies: { 'mean-expressivity': { sign: 1 } },
    needs: ['features'],
  },
  /** Progressivity over those features that have enough samples; core/proxies/sampled-progressivity.ts. */
  'sampled-progressivity': {
    version: 1,
    proxies: { 'sampled-progressivity': { sign: 1 } },
    needs: ['features'],
  },
  /** The costs of a candidate, which are counted where they are needed and not stored. */
  costs: {
    version: 1,
    proxies: { flops: { sign: 1 }, parameters: { sign: 1 } },
    needs: ['costs'],
  },
  // Proxies of whole networks, each with a formula of its own; core/proxies/catalogue.ts lists their
  // functions.
  synflow: wholeNetwork('synflow', ['absolute-products', 'whole-network-backward'], 2),
  snip: wholeNetwork('snip', ['weight-gradients', 'labels', 'whole-network-backward'], 2),
  grasp: wholeNetwork('grasp', ['weight-curvature', 'labels', 'whole-network-backward'], 2),
  'grad-norm': wholeNetwork('grad-norm', ['weight-gradients', 'labels', 'whole-network-backward'], 2),
  fisher: wholeNetwork('fisher', ['channel-saliency', 'labels', 'whole-network-backward'], 4),
  'l2-norm': wholeNetwork('l2-norm', ['weights']),
  plain: wholeNetwork('plain', ['weight-products', 'labels', 'whole-network-backward'], 2),
  jacov: wholeNetwork('jacov', ['input-jacobian', 'several-images', 'whole-network-backward'], 2),
  naswot: wholeNetwork('naswot', ['sign-agreement', 'several-images'], 5),
  'epe-nas': wholeNetwork(
    'epe-nas',
    ['input-jacobian', 'labels', 'several-images', 'whole-network-backward'],
    3,
  ),
  zen: wholeNetwork('zen', ['perturbed-images'], 7),
  zico: wholeNetwork('zico', ['weight-gradients', 'second-batch', 'labels', 'whole-network-backward'], 3),
  near: wholeNetwork('near', ['activation-products'], 6),
  meco: wholeNetwork('meco', ['channel-covariances'], 4),
  vkdnw: wholeNetwork('vkdnw', ['class-derivatives', 'whole-network-backward'], 4),
  swap: wholeNetwork('swap', ['sign-patterns', 'several-images'], 4),
  /** Counted from the layers of the network without a pass, so every device has them. */
  counts: {
    version: 3,
    proxies: { depth: { sign: 1 }, 'spatial-depth': { sign: 1 }, activations: { sign: 1 } },
    needs: ['network'],
  },
  /** Proxies of the user's own, whose modules a specification carries; their names begin with OWN_PREFIX. */
  own: { version: 1, proxies: {}, needs: ['network'], devices: ['cpu'] },
} as const satisfies Readonly<Record<string, Family>>;

export type FamilyName = keyof typeof FAMILIES;
export type AzNasProxy = keyof (typeof FAMILIES)['az-nas']['proxies'];
/** The name of a proxy of this release; docs/reference/proxies.md lists them. */
export type ProxyName = { [Name in FamilyName]: keyof (typeof FAMILIES)[Name]['proxies'] }[FamilyName] &
  string;

export const FAMILY_NAMES = Object.keys(FAMILIES) as unknown as readonly [FamilyName, ...FamilyName[]];

/** The proxies of a family, in the order of their columns. */
export function proxiesOfFamily(family: FamilyName): readonly ProxyName[] {
  return Object.keys(FAMILIES[family].proxies) as ProxyName[];
}

/** Every proxy, in canonical order, which is also the order of the columns in reports. */
export const PROXIES = FAMILY_NAMES.flatMap(proxiesOfFamily) as readonly ProxyName[] as readonly [
  ProxyName,
  ...ProxyName[],
];
/** The proxies of `aggregation: log-rank` where none are named, of which those are computed that are defined in the space. */
export const AZ_NAS_PROXIES = Object.keys(FAMILIES['az-nas'].proxies) as unknown as readonly [
  AzNasProxy,
  ...AzNasProxy[],
];

/** The names of own proxies begin so, and no other does. They stand among the proxies of a specification as its modules do. */
export const OWN_PREFIX = 'own-';

export function familyOf(proxy: ProxyName): FamilyName {
  if (isOwnProxy(proxy)) return 'own';
  return FAMILY_NAMES.find((family) => Object.hasOwn(FAMILIES[family].proxies, proxy))!;
}

export function needsOf(family: FamilyName): readonly Need[] {
  return FAMILIES[family].needs;
}

/** Whether values of the family depend on the labels. Own proxies find them in every measurement. */
export function readsLabels(family: FamilyName): boolean {
  return family === 'own' || needsOf(family).includes('labels');
}

/**
 * Whether scorers compute the family and the store keeps it; the other families are counted from a
 * candidate's text.
 */
export function isScored(family: FamilyName): boolean {
  const { needs }: Family = FAMILIES[family];
  return needs.some((need) => need !== 'costs');
}

export function isOwnProxy(name: string): boolean {
  return name.startsWith(OWN_PREFIX);
}

/** The families that must be scored for these proxies, in canonical order. */
export function scoredFamilies(proxies: readonly ProxyName[]): readonly FamilyName[] {
  return FAMILY_NAMES.filter(
    (family) => isScored(family) && proxies.some((proxy) => familyOf(proxy) === family),
  );
}

/** Those of the proxies that one computation of the family yields. A fact of the family without them is of no use. */
export function selectFamily(proxies: readonly ProxyName[], family: FamilyName): readonly ProxyName[] {
  return proxies.filter((proxy) => familyOf(proxy) === family);
}

/** Whether the scorers of a device compute this family. */
export function isComputedOn(family: FamilyName, device: string): boolean {
  const { devices }: Family = FAMILIES[family];
  return devices === undefined || devices.includes(device);
}
