// Tells which families are computed from a measurement of the whole network.
import { MEASURED_PROXIES, type MeasuredProxy } from '../proxies/catalogue.js';
import { FAMILIES, type FamilyName } from './families.js';

/** The families whose proxies are in `MEASURED_PROXIES`. */
export type MeasuredFamily = {
  [Name in Exclude<FamilyName, 'own'>]: keyof (typeof FAMILIES)[Name]['proxies'] extends MeasuredProxy
    ? Name
    : never;
}[Exclude<FamilyName, 'own'>];

export function isMeasuredFamily(family: FamilyName): family is MeasuredFamily {
  return measuredProxiesOf(family).length > 0;
}

/** The proxies of a family that are computed from a measurement of the whole network. */
export function measuredProxiesOf(family: FamilyName): readonly MeasuredProxy[] {
  return Object.keys(FAMILIES[family].proxies).filter((name) =>
    Object.hasOwn(MEASURED_PROXIES, name),
  ) as MeasuredProxy[];
}
