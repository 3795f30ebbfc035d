// Defines the schema of a specification as people write it.
import { z } from 'zod';
import { bareKind, checkKind, mapping, oneOf, share, text, wholeNumber } from '../schema/fields.js';
import { describeFound } from '../text/show.js';
import { Aggregation, Proxies } from './aggregation.js';
import { constraintsSchema } from './constraints.js';
import { DEVICES, defaultShardSize } from './devices.js';
import { Evolution } from './evolution.js';
import { fidelitySchema, PRESETS } from './fidelity.js';
import { Input } from './images.js';
import { Notify } from './notify.js';
import { OwnProxies } from './own-proxies.js';
import { RESOLUTIONS, type Resolutions, resolutionsFor } from './resolutions.js';
import { Source, Sources } from './sources.js';
import { SpaceSchema } from './space.js';
import { verifyShare } from './verify-share.js';

/** Rounds of growing fidelity; each but the last keeps a share of its candidates for the next. */
const screeningSchema = (resolutions: Resolutions) =>
  mapping({
    kind: z.literal('screening'),
    source: Source.prefault({ kind: 'exhaustive' }).describe(
      'the candidates of the first round: exhaustive, or a mapping of kind random or list',
    ),
    rounds: z
      .array(
        mapping({
          fidelity: fidelitySchema(resolutions).describe('as the fidelity of a search'),
          keep: share()
            .optional()
            .describe('the best share, which the next round scores; required in all rounds but the last'),
        }),
        {
          error: ({ input }) =>
            `${describeFound(input)}; must be a list of rounds, such as [{ fidelity: screen, keep: 0.2 }, { fidelity: standard }]`,
        },
      )
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
      })
      .describe('2 to 10 rounds of growing fidelity; each but the last keeps its best share for the next'),
  });

function strategySchema(resolutions: Resolutions) {
  const strategies = [...Sources, screeningSchema(resolutions), Evolution] as const;
  return z.preprocess(
    bareKind(strategies),
    z.unknown().superRefine(checkKind(strategies)).pipe(z.discriminatedUnion('kind', strategies)),
  );
}

const Execution = mapping({
  device: oneOf(DEVICES).default('cpu').describe('the device of the score workers that score the candidates'),
  shardSize: wholeNumber({ min: 1, max: 10_000 })
    .optional()
    .describe(
      `the candidates of a shard; by default ${DEVICES.map((device) => `${defaultShardSize(device)} on ${device}`).join(', ')}`,
    ),
  window: wholeNumber({ min: 1, max: 10_000 })
    .default(8)
    .describe('the shards that are in progress at the same time; a score worker holds two'),
  partSize: wholeNumber({ min: 1, max: 1000 })
    .optional()
    .describe('the shards that one workflow schedules, by default 500; a larger plan is cut into parts'),
  priority: wholeNumber({ min: 1, max: 5 })
    .optional()
    .describe('1 is the most urgent, 5 the least; by default 3'),
  verify: verifyShare().optional(),
});

const writtenSchema = (resolutions: Resolutions) =>
  mapping(
    {
      name: text({
        test: (value) => /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(value),
        right: '1 to 64 letters, digits, "_" or "-", the first a letter or digit (no slash, dot or space)',
      }),
      space: SpaceSchema.describe('the networks to search'),
      strategy: strategySchema(resolutions)
        .default({ kind: 'exhaustive' })
        .describe('which candidates of the space are scored'),
      constraints: constraintsSchema(resolutions)
        .optional()
        .describe('limits on the costs of a candidate, checked before it is scored'),
      /**
       * People write the path of a file; reading the specification replaces it by the description of the
       * contents.
       */
      input: Input.optional().describe('images that are used instead of noise'),
      fidelity: fidelitySchema(resolutions)
        .prefault('standard')
        .describe(
          `the trade-off between the cost and the noise of a score; ${Object.entries(PRESETS)
            .map(([name, { draws, batch }]) => `${name}: draws ${draws}, batch ${batch}`)
            .join('; ')}, with weights of each candidate and every block, as published`,
        ),
      proxies: Proxies.optional().describe(
        'the proxies to compute; by default those of the aggregation: of a preset its own, else those of AZ-NAS that are defined in the space',
      ),
      /** People write paths of modules among `proxies`; the reader of the specification replaces them by names, and puts the code here. */
      ownProxies: OwnProxies.optional(),
      aggregation: Aggregation.prefault({}).describe(
        'how the proxies are combined into one score; by default assembled; with proxies, or with fidelity paper, log-rank. A mapping or log-rank without proxies ranks by those of AZ-NAS, at the features of the fidelity',
      ),
      cohort: oneOf(['written', 'classes'])
        .optional()
        .describe(
          'whether candidates that are the same function share one score and one rank (classes) or not (written); by default classes where the space knows them and all candidates share one draw of weights',
        ),
      seed: wholeNumber({ min: 0, max: 2 ** 32 - 1 })
        .default(1)
        .describe('determines every random choice: candidates, weights, images, probes'),
      execution: Execution.prefault({}).describe(
        'how the work is split and where it runs; all but device leave the result the same, byte for byte',
      ),
      notify: Notify.optional().describe('the notification that is sent when the search has ended'),
    },
    { internal: ['ownProxies'] },
  );

const SCHEMAS = { built: writtenSchema(RESOLUTIONS.built), files: writtenSchema(RESOLUTIONS.files) };

/** What people write, with presets and kinds as mappings. */
export type Written = z.output<typeof SCHEMAS.built>;

/** The schema of what people write about the space that a value names. */
export function writtenFor(value: unknown) {
  return SCHEMAS[resolutionsFor(value)];
}

/** The schema of what people write about a space of files, whose range of resolutions is the widest. */
export const WrittenOfFiles = SCHEMAS.files;
