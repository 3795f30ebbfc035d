// Reads a specification, reports every mistake in it, and fills in every default.
import type { z } from 'zod';
import { type Issue, SpecError } from '../errors.js';
import { toIssues } from '../schema/fields.js';
import { readDocument } from '../text/read-document.js';
import { withAssembly } from './assemblies.js';
import {
  checkAssemblyFields,
  checkCalibrationFields,
  checkDeviceField,
  checkFidelityFields,
  checkImageFields,
  checkPrecisionField,
  checkProxyFields,
  checkWeightFields,
} from './check-field-pairs.js';
import { defaultShardSize } from './devices.js';
import type { ProxyName } from './families.js';
import { checkOwnProxies, type OwnProxySpecification, withoutOwnNames } from './own-proxies.js';
import { imageOfSpace, spaceDefaults } from './space.js';
import { type Written, writtenFor } from './written.js';

export { PROXIES, type ProxyName } from './families.js';

/**
 * A specification in which every default is filled in. `aggregation.weights` has exactly the chosen proxies.
 */
export type Specification = ReturnType<typeof complete>;
/** Draws, images of a batch, their side in pixels, how weights are shared, and the features; docs/reference/specification.md. */
export type Fidelity = Specification['fidelity'];

/** Parses YAML or JSON text. Throws a SpecError with every issue found; `source` is the file's name. */
export function parseSpecification({
  text: written,
  source,
}: {
  readonly text: string;
  readonly source: string;
}): Specification {
  return checkSpecification({ value: readDocument({ text: written, source }), source });
}

/** Checks a value that is already parsed. A Specification is returned unchanged. */
export function checkSpecification({
  value: written,
  source,
  origin = 'person',
}: {
  readonly value: unknown;
  readonly source: string;
  /**
   * The author of the value. A command has already completed what a person wrote; a newer release may have
   * added keys that are unknown here, which are dropped.
   */
  readonly origin?: 'person' | 'command' | 'newer release';
}): Specification {
  const value = withoutOwnNames(withAssembly(written));
  const result = writtenFor(value).safeParse(value, { reportInput: true });
  if (origin === 'newer release' && result.error?.issues.some(({ code }) => code === 'unrecognized_keys'))
    return checkSpecification({
      value: withoutUnknown({ value, issues: result.error.issues }),
      source,
      origin: 'command',
    });
  const contradictions = [
    ...checkAssemblyFields(value),
    ...checkProxyFields(value),
    ...checkDeviceField(value),
    ...checkImageFields(value),
    ...checkPrecisionField(value),
    ...checkWeightFields(value),
    ...checkCalibrationFields(value),
    ...(origin === 'person' ? [...checkFidelityFields(value), ...checkOwnProxies(written)] : []),
  ];
  if (!result.success) {
    const issues = toIssues({ error: result.error, root: '' });
    throw new SpecError([...issues.map((issue) => ofWhole({ issue, source })), ...contradictions]);
  }
  if (contradictions.length > 0) throw new SpecError(contradictions);
  return complete(result.data);
}

/** An issue without a field is attributed to the whole file. */
function ofWhole({ issue, source }: { readonly issue: Issue; readonly source: string }): Issue {
  return issue.path || issue.more ? issue : { ...issue, file: source };
}

/** float32 is left out, so that scores keep the addresses that they have without it. */
function withoutDefault({ precision, ...fields }: Written['fidelity']) {
  return { ...fields, ...(precision === 'float64' ? { precision } : {}) };
}

function complete(written: Written) {
  const defaults = spaceDefaults(written.space);
  const { proxies, weights } = chooseProxies(written, defaults.proxies);
  const { kind, calibration } = written.aggregation;
  const own = written.ownProxies;
  // `written`: every text is a candidate; `classes`: texts that are the same function are one candidate
  // (docs/understand/method.md). With weights of their own, all written candidates are distinct, as
  // published.
  const cohort: 'written' | 'classes' =
    written.cohort ?? (defaults.classes && written.fidelity.weights === 'shared' ? 'classes' : 'written');
  const filled = <F extends { resolution?: number | undefined }>(fields: F, side = defaults.resolution) => ({
    ...fields,
    resolution: fields.resolution ?? side,
  });
  const { name, space, strategy, constraints, input, fidelity, seed, notify } = written;
  // The user's images set the resolution, unless the networks read images of one size.
  const side = (imageOfSpace(space) ? undefined : input?.images.shape[2]) ?? defaults.scored;
  const {
    device,
    shardSize = defaultShardSize(device),
    window,
    partSize,
    priority,
    verify,
  } = written.execution;
  return {
    name,
    space,
    strategy:
      strategy.kind === 'screening'
        ? {
            ...strategy,
            rounds: strategy.rounds.map((round) => ({
              ...round,
              fidelity: filled(withoutDefault(round.fidelity), side),
            })),
          }
        : strategy,
    // FLOPs are counted at the published resolution, whatever the resolution at which candidates are scored.
    ...(constraints ? { constraints: filled(constraints) } : {}),
    ...(input ? { input } : {}),
    fidelity: filled(withoutDefault(fidelity), side),
    proxies,
    ...(own ? { ownProxies: own.list.map(({ weight: _, ...module }): OwnProxySpecification => module) } : {}),
    aggregation: { kind, weights, ...(calibration ? { calibration } : {}) },
    cohort,
    seed,
    execution: {
      device,
      shardSize,
      window,
      ...(partSize === undefined ? {} : { partSize }),
      ...(priority === undefined ? {} : { priority }),
      ...(verify === undefined ? {} : { verify }),
    },
    ...(notify ? { notify } : {}),
  };
}

/** All proxies of the search, those of the user's own included, and the weight of each. */
function chooseProxies(
  { proxies: named, ownProxies, aggregation }: Written,
  byDefault: readonly ProxyName[],
) {
  const own = ownProxies?.list ?? [];
  const usual = named ?? (ownProxies?.only ? [] : byDefault);
  // The names of own proxies are not known to this release; whatever reads `proxies` accepts any name.
  const proxies: readonly ProxyName[] = [...usual, ...own.map(({ name }) => name as ProxyName)];
  const ownWeights = Object.fromEntries(own.map(({ name, weight }) => [name, weight]));
  const weightOf = (proxy: ProxyName) => aggregation.weights[proxy] ?? ownWeights[proxy] ?? 1;
  const weights: Readonly<Partial<Record<ProxyName, number>>> = Object.fromEntries(
    proxies.map((proxy) => [proxy, weightOf(proxy)]),
  );
  return { proxies, weights };
}

function withoutUnknown({
  value,
  issues,
}: {
  readonly value: unknown;
  readonly issues: readonly z.core.$ZodIssue[];
}): unknown {
  const copy = structuredClone(value);
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const holder = issue.path.reduce<unknown>(
      (inner, key) => (inner as Record<PropertyKey, unknown>)[key],
      copy,
    );
    for (const key of issue.keys) delete (holder as Record<string, unknown>)[key];
  }
  return copy;
}
