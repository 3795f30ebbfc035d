// Finds faults of a specification that show only where two fields are compared.
import { z } from 'zod';
import type { Issue } from '../errors.js';
import { Aggregation, Proxies } from './aggregation.js';
import { ASSEMBLY_NAMES, DEFAULT_ASSEMBLY, termsIn } from './assemblies.js';
import { familyOf, isComputedOn, type Need, needsOf, PROXIES, type ProxyName } from './families.js';
import { PRESETS } from './fidelity.js';
import { isMeasuredFamily } from './measured-families.js';
import { OwnProxies } from './own-proxies.js';
import { listOfferedProxies, SpaceSchema, spaceDefaults } from './space.js';

/**
 * Each check compares two fields, whatever is wrong with others. It finds nothing where one of the two is
 * malformed.
 */
export function checkProxyFields(value: unknown): Issue[] {
  const both = z.object({ space: SpaceSchema, proxies: Proxies }).safeParse(value);
  if (!both.success) return [];
  const { space, proxies } = both.data;
  const offered = listOfferedProxies(space);
  return proxies
    .filter((name) => !offered.includes(name))
    .map((name) => ({
      path: 'proxies',
      message: `${name} is not defined in ${space.kind}${WHY[name] ?? ''}; choose from ${offered.join(', ')}`,
    }));
}

const WHY: Readonly<Partial<Record<ProxyName, string>>> = {
  synflow: ' (the softmax of transformers is saturated without normalization)',
};

/** Some families are computed only by scorers of some devices. */
export function checkDeviceField(value: unknown): Issue[] {
  const both = z
    .looseObject({ proxies: Proxies.default([]), execution: z.looseObject({ device: z.string() }) })
    .safeParse(value);
  if (!both.success) return [];
  const { proxies, execution } = both.data;
  const own = z.looseObject({ ownProxies: OwnProxies }).safeParse(value).data?.ownProxies.list ?? [];
  return [...proxies, ...own.map(({ name }) => name as ProxyName)]
    .filter((name) => !isComputedOn(familyOf(name), execution.device))
    .map((name) => ({
      path: 'proxies',
      message: `${name} is not computed on ${execution.device} yet; leave it out, or use execution.device: cpu`,
    }));
}

/** A preset fixes the proxies, so explicit proxies beside it would contradict it. */
export function checkAssemblyFields(value: unknown): Issue[] {
  const both = z
    .looseObject({
      aggregation: z.enum(ASSEMBLY_NAMES),
      proxies: z.unknown().optional(),
      ownProxies: z.unknown().optional(),
      space: z.unknown().optional(),
    })
    .safeParse(value);
  if (!both.success || (both.data.proxies ?? both.data.ownProxies) === undefined) return [];
  const { aggregation, space } = both.data;
  const named = Object.keys(termsIn(aggregation, space).weights).join(', ');
  return [
    {
      path: 'aggregation',
      message: `found "${aggregation}" beside proxies, which it names itself (${named}); remove proxies, or write weights in place of it`,
    },
  ];
}

/**
 * Requirements of whole-network proxies on images: several images to compare, or a second batch, which only
 * noise images can provide.
 */
export function checkImageFields(value: unknown): Issue[] {
  const chosen = z.looseObject({ proxies: Proxies }).safeParse(value).data?.proxies ?? [];
  const own = z.looseObject({ ownProxies: OwnProxies }).safeParse(value).data?.ownProxies.list ?? [];
  const needing = (need: Need) => [
    ...chosen.filter((name) => needsOf(familyOf(name)).includes(need)),
    ...own.filter(({ needs }) => needs.some((each) => each === need)).map(({ name }) => name),
  ];
  const issue = (names: readonly string[], message: string): Issue[] =>
    names.length ? [{ path: 'proxies', message: `${names.join(', ')} ${message}` }] : [];
  const hasImages = z.looseObject({ input: z.looseObject({ images: z.unknown() }) }).safeParse(value).success;
  return [
    ...(hasSingleImages(value)
      ? issue(needing('several-images'), 'compares images with each other: fidelity.batch must be at least 2')
      : []),
    ...(hasImages
      ? issue(
          needing('second-batch'),
          'needs a second batch of images, which only noise has: leave it or input out',
        )
      : []),
  ];
}

/** In float64 whole networks are measured, and not their blocks or features. */
export function checkPrecisionField(value: unknown): Issue[] {
  const isDouble = (fidelity: unknown) =>
    z.looseObject({ precision: z.literal('float64') }).safeParse(fidelity).success;
  const single = (proxiesIn(value) ?? []).filter((name) => !isComputedInFloat64(name));
  if (single.length === 0) return [];
  const message = `found "float64", in which ${single.join(', ')} ${single.length === 1 ? 'is' : 'are'} not computed; leave it out, or compute only proxies of ${PROXIES.filter(isComputedInFloat64).join(', ')}`;
  return fidelitiesIn(value).flatMap(({ path, fidelity }) =>
    isDouble(fidelity) ? [{ path: `${path}.precision`, message }] : [],
  );
}

/** FLOPs and parameters are counted exactly. */
function isComputedInFloat64(name: ProxyName): boolean {
  return (
    isMeasuredFamily(familyOf(name)) || name === 'complexity' || name === 'flops' || name === 'parameters'
  );
}

/** Whether the fidelity of a search or of a round has a batch of one image. */
function hasSingleImages(value: unknown): boolean {
  const single = z.looseObject({ batch: z.literal(1) });
  return fidelitiesIn(value).some(({ fidelity }) => single.safeParse(fidelity).success);
}

/** The fidelity of a search and those of its rounds, as far as there are any. */
function fidelitiesIn(value: unknown): readonly { readonly path: string; readonly fidelity: unknown }[] {
  const ofRounds = z.looseObject({
    strategy: z.looseObject({ rounds: z.array(z.looseObject({ fidelity: z.unknown() })) }),
  });
  const rounds = ofRounds.safeParse(value).data?.strategy.rounds ?? [];
  const whole = z.looseObject({ fidelity: z.unknown() }).safeParse(value).data?.fidelity;
  return [
    { path: 'fidelity', fidelity: whole },
    ...rounds.map(({ fidelity }, i) => ({ path: `strategy.rounds.${i}.fidelity`, fidelity })),
  ];
}

/** A weight for a proxy that is not computed would have no effect, whether the proxies are named or the defaults. */
export function checkWeightFields(value: unknown): Issue[] {
  const aggregation = z.looseObject({ aggregation: Aggregation }).safeParse(value).data?.aggregation;
  const proxies = proxiesIn(value);
  if (!proxies || !aggregation) return [];
  const space = spaceIn(value);
  const isOffered = (name: ProxyName) => !space || listOfferedProxies(space).includes(name);
  const written = value as { readonly proxies?: unknown; readonly ownProxies?: unknown };
  const isNamed = (written.proxies ?? written.ownProxies) !== undefined;
  const all = proxies.join(', ');
  const preset = Object.keys(termsIn(DEFAULT_ASSEMBLY, space).weights);
  return PROXIES.filter((name) => aggregation.weights[name] !== undefined && !proxies.includes(name)).map(
    (name) => {
      const others = preset.includes(name) ? preset.join(', ') : `${all}, ${name}`;
      const adding = isNamed ? `add ${name} to proxies` : `write proxies: [${others}]`;
      return {
        path: `aggregation.weights.${name}`,
        message: `weight for a proxy that is not in proxies (${isNamed ? all : `without a preset ${all}`}); remove it${isOffered(name) ? ` or ${adding}` : ''}`,
      };
    },
  );
}

/** The proxies that are computed; undefined where `proxies`, or the space that has the defaults, is malformed. */
function proxiesIn(value: unknown): readonly ProxyName[] | undefined {
  const { data } = z
    .looseObject({ proxies: Proxies.optional(), ownProxies: OwnProxies.optional() })
    .safeParse(value);
  if (!data) return undefined;
  const { proxies, ownProxies } = data;
  const own = ownProxies?.list.map(({ name }) => name as ProxyName) ?? [];
  if (proxies) return [...proxies, ...own];
  if (ownProxies?.only) return own;
  const space = spaceIn(value);
  return space && [...spaceDefaults(space).proxies, ...own];
}

function spaceIn(value: unknown) {
  return z.looseObject({ space: SpaceSchema }).safeParse(value).data?.space;
}

/** The kind of the strategy, which may be written alone, as `strategy: evolution`. */
function strategyIn(value: unknown): string | undefined {
  const strategy = z.union([z.string(), z.looseObject({ kind: z.string() })]);
  const given = z.looseObject({ strategy }).safeParse(value).data?.strategy;
  return typeof given === 'object' ? given.kind : given;
}

/** A calibration holds for one cohort that is ranked once; screening and evolution rank cohorts of their own choice. */
export function checkCalibrationFields(value: unknown): Issue[] {
  const { data } = z
    .looseObject({ aggregation: z.looseObject({ calibration: z.unknown() }) })
    .safeParse(value);
  if (data?.aggregation.calibration === undefined) return [];
  const kind = strategyIn(value);
  if (kind !== 'screening' && kind !== 'evolution') return [];
  const message = `calibrated cannot be combined with strategy ${kind}, which ranks other cohorts; must be exhaustive, random or list`;
  return [{ path: 'aggregation', message }];
}

/** Whether a fidelity names every field of the default one, and its resolution. */
function isStandard(fidelity: unknown): boolean {
  const { data } = z.looseObject({ resolution: z.number() }).safeParse(fidelity);
  const { resolution: _, ...fields } = data ?? {};
  const wanted = Object.entries(PRESETS.standard);
  const found: Readonly<Record<string, unknown>> = fields;
  return (
    Object.keys(found).length === wanted.length && wanted.every(([name, value]) => found[name] === value)
  );
}

/**
 * Rounds have fidelities of their own, so a fidelity beside them would have no effect. That of a specification with every
 * default is accepted, so that it can be used again.
 */
export function checkFidelityFields(value: unknown): Issue[] {
  const { data } = z.looseObject({ fidelity: z.unknown() }).safeParse(value);
  if (data?.fidelity === undefined || strategyIn(value) !== 'screening') return [];
  if (isStandard(data.fidelity)) return [];
  return [
    { path: 'fidelity', message: 'has no effect with screening, whose rounds have one each; remove it' },
  ];
}
