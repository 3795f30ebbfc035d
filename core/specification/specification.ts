// Reads a specification, reports every mistake in it, and fills in every default.
import { z } from 'zod';
import { type Issue, SpecError } from '../errors.js';
import { bareKind, checkKind, mapping, oneOf, share, text, toIssues, wholeNumber } from '../schema/fields.js';
import { readDocument } from '../text/read-document.js';
import { describeFound } from '../text/show.js';
import { Aggregation, Proxies } from './aggregation.js';
import { withAssembly } from './assemblies.js';
import {
  checkAssemblyFields,
  checkCalibrationFields,
  checkDeviceField,
  checkFidelityFields,
  checkImageFields,
  checkProxyFields,
  checkWeightFields,
} from './check-field-pairs.js';
import { Constraints } from './constraints.js';
import { DEVICES, defaultShardSize } from './devices.js';
import { Evolution } from './evolution.js';
import type { ProxyName } from './families.js';
import { FidelitySchema } from './fidelity.js';
import { Input } from './images.js';
import { Notify } from './notify.js';
import { OwnProxies, type OwnProxySpecification, withoutOwnNames } from './own-proxies.js';
import { Source, Sources } from './sources.js';
import { SpaceSchema, spaceDefaults } from './space.js';
import { verifyShare } from './verify-share.js';

export { PROXIES, type ProxyName } from './families.js';

/** Rounds of growing fidelity; each but the last keeps a share of its candidates for the next. */
const Screening = mapping({
  kind: z.literal('screening'),
  source: Source.prefault({ kind: 'exhaustive' }),
  rounds: z
    .array(mapping({ fidelity: FidelitySchema, keep: share().optional() }), {
      error: ({ input }) =>
        `${describeFound(input)}; must be a list of rounds, such as [{ fidelity: screen, keep: 0.2 }, { fidelity: standard }]`,
    })
    .superRefine((rounds, context) => {
      if (rounds.length < 2 || rounds.length > 10) {
        const message = `found ${rounds.length} rounds; must be 2 to 10`;
        context.addIssue({ code: 'custom', message });
      }
      rounds.forEach(({ keep }, index) => {
        const last = index === rounds.length - 1;
        if (last === (keep === undefined)) return;
        const message = last
          ? 'the last round keeps everything; remove it'
          : 'is missing; must be the share of candidates that go on, a number above 0 and below 1';
        context.addIssue({ code: 'custom', path: [index, 'keep'], message });
      });
    }),
});

const Strategies = [...Sources, Screening, Evolution] as const;
const Strategy = z.preprocess(
  bareKind(Strategies),
  z.unknown().superRefine(checkKind(Strategies)).pipe(z.discriminatedUnion('kind', Strategies)),
);

const Execution = mapping({
  device: oneOf(DEVICES).default('cpu'),
  shardSize: wholeNumber({ min: 1, max: 10_000 }).optional(),
  window: wholeNumber({ min: 1, max: 10_000 }).default(8),
  /**
   * The number of shards that one workflow schedules; a larger plan is split into parts. The default is 500.
   */
  partSize: wholeNumber({ min: 1, max: 1000 }).optional(),
  /** 1 is the most urgent; the default is 3. */
  priority: wholeNumber({ min: 1, max: 5 }).optional(),
  /**
   * The share of the scores that another worker computes again; 0 for none. The default is the control
   * worker's setting.
   */
  verify: verifyShare().optional(),
});

/** The schema of what people write; `complete` resolves `kind` mappings and presets. */
export const Written = mapping(
  {
    name: text({
      test: (value) => /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(value),
      right: '1 to 64 letters, digits, "_" or "-", the first a letter or digit (no slash, dot or space)',
    }),
    space: SpaceSchema.describe('the networks to search'),
    strategy: Strategy.default({ kind: 'exhaustive' }).describe('which candidates of the space are scored'),
    constraints: Constraints.optional().describe(
      'limits on the costs of a candidate, checked before it is scored',
    ),
    /**
     * People write the path of a file; reading the specification replaces it by the description of the
     * contents.
     */
    input: Input.optional().describe('images that are used instead of noise'),
    fidelity: FidelitySchema.prefault('standard').describe(
      'the trade-off between the cost and the noise of a score',
    ),
    proxies: Proxies.optional().describe(
      'the proxies to compute; by default those of AZ-NAS that are defined in the space',
    ),
    /** People write paths of modules among `proxies`; the reader of the specification replaces them by names, and puts the code here. */
    ownProxies: OwnProxies.optional(),
    aggregation: Aggregation.prefault({}).describe('how the proxies are combined into one score'),
    cohort: oneOf(['written', 'classes'])
      .optional()
      .describe('whether candidates that are the same function share one score and one rank'),
    seed: wholeNumber({ min: 0, max: 2 ** 32 - 1 })
      .default(1)
      .describe('determines every random choice: candidates, weights, images, probes'),
    execution: Execution.prefault({}).describe(
      'how the work is split and where it runs; does not change the result by a byte',
    ),
    notify: Notify.optional().describe('the notification that is sent when the search has ended'),
  },
  { internal: ['ownProxies'] },
);

/**
 * A specification in which every default is filled in. `aggregation.weights` has exactly the chosen proxies.
 */
export type Specification = ReturnType<typeof complete>;
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
  const result = Written.safeParse(value, { reportInput: true });
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
    ...checkWeightFields(value),
    ...checkCalibrationFields(value),
    ...(origin === 'person' ? checkFidelityFields(value) : []),
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

function complete(written: z.output<typeof Written>) {
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
  // The user's images set the resolution.
  const side = input?.images.shape[2];
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
            rounds: strategy.rounds.map((round) => ({ ...round, fidelity: filled(round.fidelity, side) })),
          }
        : strategy,
    // FLOPs are counted at the published resolution, whatever the resolution at which candidates are scored.
    ...(constraints ? { constraints: filled(constraints) } : {}),
    ...(input ? { input } : {}),
    fidelity: filled(fidelity, side),
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
  { proxies: named, ownProxies, aggregation }: z.output<typeof Written>,
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
