// Defines spaces whose candidates are ONNX files: the specification carries a description of each file, and
// blobs hold their structure.
import { z } from 'zod';
import { SpecError } from '../../errors.js';
import { randomStream } from '../../random/random-stream.js';
import { mapping, oneOf, text, wholeNumber } from '../../schema/fields.js';
import { AZ_NAS_PROXIES } from '../../specification/families.js';
import { nearest } from '../../text/nearest.js';
import { quote } from '../../text/show.js';
import { defineSpace, PROXIES_OF_TOKENS } from '../definition.js';
import type { Space } from '../space.js';

/** The most files in one space, because their descriptions are sent with every step of a search. */
export const MOST_NETWORKS = 5000;

/** The most characters of a candidate's name. */
export const LONGEST_NAME = 201;

/** Whether a file without its ending can name a candidate. */
export function isCandidateName(name: string): boolean {
  return name.length <= LONGEST_NAME && /^[^\s/\\#][^/\\#\n]*$/.test(name);
}

const Network = mapping({
  /** The text of the candidate: the file's name without `.onnx`. */
  name: text({ test: isCandidateName, right: 'the name of a file' }),
  digest: text({ test: (value) => /^[0-9a-f]{64}$/.test(value), right: 'the SHA-256 of a structure' }),
  macs: z.number(),
  parameters: wholeNumber({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  form: oneOf(['maps', 'tokens']),
});

const schema = mapping({
  kind: z.literal('onnx'),
  /**
   * The side of the images for which costs are counted, and for which files of a fixed size are valid; of other
   * than square images, the side of a square one with as many positions.
   */
  resolution: wholeNumber({ min: 4, max: 4096 }),
  /** The shape of images that are not square, of signals or of volumes, which all structures fix. */
  image: z
    .array(wholeNumber({ min: 1, max: 1e9 }))
    .min(1)
    .max(4)
    .readonly()
    .optional(),
  networks: z.array(Network).min(1).max(MOST_NETWORKS).readonly(),
});

export type OnnxSpecification = z.output<typeof schema>;

/**
 * Candidates are the names of files. What is scored is the structure, so files with the same structure are
 * scored once.
 */
function onnxSpace({ networks, resolution, image }: OnnxSpecification): Space {
  const byName = new Map(networks.map((network) => [network.name, network]));
  const byDigest = new Map([...networks].reverse().map((network) => [network.digest, network]));
  const find = (candidate: string) => {
    const found = byName.get(candidate) ?? byDigest.get(candidate);
    if (found) return found;
    const close = nearest({ word: candidate, known: [...byName.keys()] });
    throw SpecError.of({
      path: '',
      message: `candidate ${quote(candidate)}: no such network${close ? `; did you mean ${quote(close)}?` : ''}`,
    });
  };
  // A text that is a name means that network, also where it ends as a file or with a blank.
  const name = (text: string) => (byName.get(text) ?? find(text.trim().replace(/\.onnx$/, ''))).name;
  return {
    kind: 'onnx',
    size: BigInt(networks.length),
    enumeration: {
      size: networks.length,
      at: (index) => networks[index]!.name,
    },
    proxies: networks.some(({ form }) => form === 'tokens') ? PROXIES_OF_TOKENS : AZ_NAS_PROXIES,
    scored: AZ_NAS_PROXIES,
    parse: name,
    canonicalKey: (candidate) => find(candidate).digest,
    representative: (candidate) => byDigest.get(find(candidate).digest)!.name,
    structureOf: (candidate) => find(candidate).digest,
    random: (key) => randomStream(key).pick(networks).name,
    mutate: () => {
      throw SpecError.of({
        path: 'strategy',
        message: 'evolution: files cannot be mutated; choose exhaustive, random, list or screening',
      });
    },
    resolutionStep: () => resolution,
    countedAt: resolution,
    ...(image ? { image } : {}),
    costs: ({ candidate }) => {
      const { macs, parameters } = find(candidate);
      return { flops: macs, parameters };
    },
    network: ({ candidate }) => {
      throw SpecError.of({
        path: '',
        message: `${find(candidate).name} is a file, whose network is not made of blocks`,
      });
    },
  };
}

export const onnxDefinition = defineSpace({
  kind: 'onnx',
  schema,
  defaults: ({ networks, resolution }) => ({
    proxies: networks.some(({ form }) => form === 'tokens') ? PROXIES_OF_TOKENS : AZ_NAS_PROXIES,
    resolution,
    classes: true,
  }),
  open: onnxSpace,
  file: {
    field: 'networks',
    written: 'files',
    right: 'ONNX files, such as "models/*.onnx"',
    description: 'ONNX files, such as models/*.onnx, relative to the specification',
    settings: {
      resolution: {
        type: 'integer',
        minimum: 4,
        maximum: 2 ** 24,
        description: 'the size of axes that the files leave open, in pixels or samples',
      },
      features: {
        type: 'array',
        items: { type: 'string' },
        minItems: 2,
        description: 'names of tensors or of modules that are the features of every file',
      },
      normalization: {
        type: 'string',
        enum: ['file', 'restore'],
        default: 'file',
        description:
          'restore: every convolution with a bias is followed by batch normalization, which exporters fold away',
      },
    },
  },
  code: 'built-in',
  batched: false,
  shapes: 'own',
  isGraph: () => true,
  // Complexity is counted at the resolution of the files, of which that of a score may be a multiple.
  inAddress: ({ kind, resolution }, scored) => (resolution === scored ? { kind } : { kind, resolution }),
});
