// Builds the JSON Schema of a specification file, and that of a file that defines a custom space.

import { describeField, type JsonSchema, withBareKinds } from '../schema/json-schema.js';
import { Definition } from '../spaces/custom/schema.js';
import { definitionOfKind } from '../spaces/index.js';
import { AGGREGATION_WORDS, CALIBRATED } from './aggregation.js';
import { DEFAULT_ASSEMBLY } from './assemblies.js';
import { OWN_PREFIX } from './families.js';
import { FEATURE_WORDS, PRESETS } from './fidelity.js';
import { KINDS_OF_FILES, RESOLUTIONS } from './resolutions.js';
import { WrittenOfFiles } from './written.js';

type Properties = Readonly<Record<string, JsonSchema>>;
interface KindSchema extends JsonSchema {
  readonly properties: Properties & { readonly kind: { readonly const: string } };
}

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * The schema of what people write. It has paths of files where the specification that is sent to workers has
 * their contents.
 */
export function specificationSchema(): JsonSchema {
  const written = describeField(WrittenOfFiles);
  const { properties: all, ...rest } = written as JsonSchema & { readonly properties: Properties };
  const { ownProxies: _, ...properties } = all;
  const { space, strategy, fidelity, aggregation, input } = properties as Required<Properties>;
  return {
    $schema: DRAFT,
    title: 'Specification of a zeroscout search',
    ...rest,
    ...narrowResolutions(),
    properties: {
      ...properties,
      space: { ...outer(space!), ...withBareKinds({ oneOf: kindsOf(space!).map(fileInPlaceOfContents) }) },
      proxies: withModules(properties.proxies!),
      strategy: {
        ...outer(strategy!),
        ...withBareKinds({ oneOf: kindsOf(strategy!).map(fileOrSearch).map(withWrittenRounds) }),
      },
      fidelity: { ...outer(fidelity!), ...presetOr(fidelity!) },
      // Written out, an empty mapping ranks by the proxies of AZ-NAS.
      aggregation: { ...outer(aggregation!), ...aggregationSchema(aggregation!), default: DEFAULT_ASSEMBLY },
      input: {
        ...input!,
        properties: {
          images: { type: 'string', description: 'the path of a .npy file' },
          labels: {
            anyOf: [
              { type: 'array', items: { type: 'integer', minimum: 0 } },
              { type: 'string', description: 'the path of a text file of whole numbers' },
            ],
            description: 'the class of each image, for the proxies that read labels; random by default',
          },
        },
      },
    },
  };
}

/** Networks that are built for a size have a narrower range of resolutions than files. */
function narrowResolutions(): JsonSchema {
  const { scored, counted } = RESOLUTIONS.built;
  const within = ({ min, max, ...rest }: { readonly min: number; readonly max: number }) => ({
    properties: { resolution: { minimum: min, maximum: max, ...rest } },
  });
  const kind = { enum: KINDS_OF_FILES };
  const fidelity = within(scored);
  return {
    if: { properties: { space: { type: 'object', properties: { kind } } } },
    else: {
      properties: {
        fidelity,
        constraints: within(counted),
        strategy: { properties: { rounds: { items: { properties: { fidelity } } } } },
      },
    },
  };
}

/** The JSON Schema of the file that `space: { kind: custom, file: ... }` names. */
export function spaceSchema(): JsonSchema {
  return { $schema: DRAFT, title: 'A search space of your own for zeroscout', ...describeField(Definition) };
}

function kindsOf(schema: JsonSchema): readonly KindSchema[] {
  return schema.oneOf as readonly KindSchema[];
}

/** Keeps a field's description and default when its form is replaced. */
function outer({ description, default: value }: JsonSchema): JsonSchema {
  return { ...(description ? { description } : {}), ...(value === undefined ? {} : { default: value }) };
}

function fileInPlaceOfContents(kind: KindSchema): KindSchema {
  const file = definitionOfKind(kind.properties.kind.const)?.file;
  if (!file) return kind;
  const { description, written, settings } = file;
  const one = { type: 'string', description };
  const form =
    written === 'file' ? one : { anyOf: [one, { type: 'array', items: { type: 'string' } }], description };
  const properties = { kind: kind.properties.kind, [written]: form, ...settings };
  return { ...kind, properties, required: ['kind', written] };
}

/** A list names either a file or a search; zod checks this in code, so it is added here. */
function fileOrSearch(kind: KindSchema): KindSchema {
  if (kind.properties.kind.const !== 'list') return kind;
  return { ...kind, oneOf: [{ required: ['file'] }, { required: ['search'] }] };
}

function withWrittenRounds(kind: KindSchema): KindSchema {
  if (kind.properties.kind.const !== 'screening') return kind;
  const { rounds, source } = kind.properties as unknown as Readonly<Record<'rounds' | 'source', JsonSchema>>;
  const items = rounds.items as JsonSchema & { readonly properties: Properties };
  const fidelity = { ...outer(items.properties.fidelity!), ...presetOr(items.properties.fidelity!) };
  const properties = {
    ...kind.properties,
    source: { ...outer(source), ...withBareKinds({ oneOf: kindsOf(source).map(fileOrSearch) }) },
    rounds: {
      ...rounds,
      minItems: 2,
      maxItems: 10,
      items: { ...items, properties: { ...items.properties, fidelity } },
    },
  };
  return { ...kind, properties };
}

function presetOr(mapping: JsonSchema): JsonSchema {
  const { properties } = mapping as JsonSchema & { readonly properties: Properties };
  const { features } = properties as Required<Properties>;
  const withWords = { ...properties, features: { ...outer(features!), ...wordOr(FEATURE_WORDS, features!) } };
  return wordOr(Object.keys(PRESETS), { ...mapping, properties: withWords });
}

/** Beside the names there may be paths of modules. */
function withModules(proxies: JsonSchema): JsonSchema {
  const module = {
    type: 'string',
    pattern: '\\.[cm]?[jt]s$',
    description: 'the path of a proxy of your own',
  };
  return { ...proxies, items: { anyOf: [proxies.items, module] } };
}

/** People name the file of a calibration, of which `calibration` is what the reader leaves. */
function aggregationSchema(aggregation: JsonSchema): JsonSchema {
  const { properties, ...rest } = aggregation as JsonSchema & { readonly properties: Properties };
  const { calibration: _, weights, ...others } = properties;
  const ownWeight = { type: 'number', exclusiveMinimum: 0 };
  const written = {
    ...others,
    weights: { ...weights, patternProperties: { [`^${OWN_PREFIX}`]: ownWeight } },
  };
  const calibrated = {
    type: 'object',
    properties: {
      kind: { const: CALIBRATED },
      file: { type: 'string', description: 'the path of a calibration file' },
    },
    required: ['kind', 'file'],
    additionalProperties: false,
  };
  const { anyOf } = wordOr(AGGREGATION_WORDS, { ...rest, properties: written }) as {
    readonly anyOf: readonly JsonSchema[];
  };
  return { anyOf: [...anyOf, calibrated] };
}

function wordOr(words: readonly string[], mapping: JsonSchema): JsonSchema {
  const { description: _, default: __, ...form } = mapping;
  return { anyOf: [{ enum: words }, form] };
}
