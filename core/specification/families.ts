// Lists every proxy that a specification may name, by the families in which proxies are computed and stored.

/** The statistics of a network that a family's proxies are computed from. */
export type Need =
  /** Covariances of the features, from one forward pass. */
  | 'features'
  /** Jacobian products of each measured block, with signs as cotangents: a vector-Jacobian product a block. */
  | 'signal-jacobian'
  /** FLOPs and parameters, counted from the candidate's text. */
  | 'costs';

interface Family {
  /**
   * Part of the address of the family's scores: raise it with any change that moves one of its numbers. The scores of all
   * other families stay. `engine` is the version in `ENGINE_VERSION`, which az-nas has had since before there were families.
   */
  readonly version: 'engine' | number;
  /**
   * The proxies in the order of their columns. Higher is better for each; `sign` is -1 where a paper's quantity is negated for
   * that.
   */
  readonly proxies: Readonly<Record<string, { readonly sign: 1 | -1 }>>;
  readonly needs: readonly Need[];
  /** The devices whose scorers compute it; absent where all do. */
  readonly devices?: readonly string[];
}

/**
 * A family is what one computation gives and one stored fact holds. A request for one of its proxies computes and stores the
 * whole family, and nothing of the others. To add a family: a row here, its formula in core/proxies, its value in
 * engine/outcome.ts.
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
  /** Share of the measured blocks that pass a signal on unchanged; core/proxies/residual.ts. */
  residual: {
    version: 1,
    proxies: { residual: { sign: 1 } },
    needs: ['signal-jacobian'],
    devices: ['cpu'],
  },
  /** Progressivity over the features that have enough samples; core/proxies/sampled-progressivity.ts. */
  'sampled-progressivity': {
    version: 1,
    proxies: { 'sampled-progressivity': { sign: 1 } },
    needs: ['features'],
    devices: ['cpu'],
  },
  /** The costs of a candidate. They are counted where they are needed, and not stored. */
  costs: {
    version: 1,
    proxies: { flops: { sign: 1 }, parameters: { sign: 1 } },
    needs: ['costs'],
  },
} as const satisfies Readonly<Record<string, Family>>;

export type FamilyName = keyof typeof FAMILIES;
export type AzNasProxy = keyof (typeof FAMILIES)['az-nas']['proxies'];
export type ProxyName = { [Name in FamilyName]: keyof (typeof FAMILIES)[Name]['proxies'] }[FamilyName] &
  string;

export const FAMILY_NAMES = Object.keys(FAMILIES) as unknown as readonly [FamilyName, ...FamilyName[]];

/** Proxies of a family, in the order of their columns. */
export function proxiesOfFamily(family: FamilyName): readonly ProxyName[] {
  return Object.keys(FAMILIES[family].proxies) as ProxyName[];
}

/** Every proxy there is, in canonical order, which is also the order of the columns in reports. */
export const PROXIES = FAMILY_NAMES.flatMap(proxiesOfFamily) as readonly ProxyName[] as readonly [
  ProxyName,
  ...ProxyName[],
];
/** The four that are computed where a specification names none, as far as they mean something in its space. */
export const AZ_NAS_PROXIES = Object.keys(FAMILIES['az-nas'].proxies) as unknown as readonly [
  AzNasProxy,
  ...AzNasProxy[],
];

export function familyOf(proxy: ProxyName): FamilyName {
  return FAMILY_NAMES.find((family) => Object.hasOwn(FAMILIES[family].proxies, proxy))!;
}

/** A family that scorers compute and the store keeps; the others are counted from a candidate's text. */
export function isScored(family: FamilyName): boolean {
  const { needs }: Family = FAMILIES[family];
  return needs.some((need) => need !== 'costs');
}

/** The families that have to be scored for these proxies, in canonical order. */
export function scoredFamilies(proxies: readonly ProxyName[]): readonly FamilyName[] {
  return FAMILY_NAMES.filter(
    (family) => isScored(family) && proxies.some((proxy) => familyOf(proxy) === family),
  );
}

/** Whether scorers of a device compute this family. */
export function isComputedOn(family: FamilyName, device: string): boolean {
  const { devices }: Family = FAMILIES[family];
  return devices === undefined || devices.includes(device);
}
