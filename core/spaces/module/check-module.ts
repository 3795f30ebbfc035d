// Checks before a search starts that a module implements a space.

import { SpecError } from '../../errors.js';
import type { Block } from '../../ir/block.js';
import type { Network } from '../../ir/network.js';
import { channelsOf } from '../../ir/shape.js';
import { blockShapes } from '../../ops/block-shapes.js';
import { operations } from '../../ops/operations.js';
import { randomStream } from '../../random/random-stream.js';
import { oneOf, wholeNumber } from '../../schema/fields.js';
import { AZ_NAS_PROXIES } from '../../specification/families.js';
import { unknownValue } from '../../text/nearest.js';
import { describeFound, quote, show } from '../../text/show.js';
import type { Space } from '../space.js';
import type { SpaceModule } from './space-module.js';

/** The longest text of a candidate. */
const LONGEST = 4096;
/** The number of random candidates that are tried, each with a child. */
const TRIED = 25;

/** Checks the shape of the default export. `source` begins every message. */
export function checkExport({
  value,
  source,
}: {
  readonly value: unknown;
  readonly source: string;
}): SpaceModule {
  const fail = (message: string): never => {
    throw SpecError.inFile({ file: source, message });
  };
  if (typeof value !== 'object' || value === null)
    return fail(
      `default export: ${describeFound(value)}; must be an object (SpaceModule of docs/guides/own-space.md)`,
    );
  const module = value as Readonly<Record<keyof SpaceModule, unknown>>;
  const must = (name: keyof SpaceModule, right: string): never =>
    fail(`${name}: ${describeFound(module[name])}; must be ${right}`);
  for (const name of ['parse', 'random', 'mutate', 'network'] as const)
    if (typeof module[name] !== 'function') must(name, 'a function');
  if (module.costs !== undefined && typeof module.costs !== 'function') must('costs', 'a function');
  const side = wholeNumber({ min: 8, max: 512, multipleOf: 4 });
  if (!side.safeParse(module.resolution).success) must('resolution', 'a multiple of 4 from 8 to 512');
  if (module.step !== undefined && !wholeNumber({ min: 1, max: 512 }).safeParse(module.step).success)
    must('step', 'a whole number from 1 to 512');
  const { size } = module;
  if (
    size !== undefined &&
    !(typeof size === 'bigint' ? size > 0n : Number.isSafeInteger(size) && Number(size) > 0)
  )
    must('size', 'a whole number, as a bigint above 2^53');
  if (module.start !== undefined && typeof module.start !== 'string') must('start', 'a text');
  const names = module.proxies;
  if (names !== undefined) {
    if (
      !Array.isArray(names) ||
      !names.length ||
      !names.every((name) => oneOf(AZ_NAS_PROXIES).safeParse(name).success)
    )
      must('proxies', `a list of ${AZ_NAS_PROXIES.join(', ')}`);
  }
  return value as SpaceModule;
}

/**
 * Tries some candidates: a text must parse to itself, a key must always give the same candidate, the blocks
 * of networks must fit together, and costs must be numbers. Throws a SpecError otherwise.
 */
export function tryModule({
  module,
  space,
  source,
}: {
  readonly module: SpaceModule;
  readonly space: Space;
  readonly source: string;
}): void {
  const fail = (message: string): never => {
    throw SpecError.inFile({ file: source, message });
  };
  const checkText = (what: string, text: unknown) => {
    if (typeof text !== 'string' || text === '' || text.length > LONGEST || /[\r\n\0]/.test(text))
      return fail(`${what} gave ${show(text)}; must be one line of 1 to ${LONGEST} characters`);
    if (space.parse(text) !== text)
      fail(
        `${what} gave ${quote(text)}, which parse turns into ${show(space.parse(text))}; must be the usual spelling`,
      );
    return text;
  };
  const { resolution } = module;
  if (resolution % space.resolutionStep() !== 0)
    fail(`resolution: found ${resolution}; must be a multiple of step, ${space.resolutionStep()}`);
  if (module.start !== undefined) checkText('start', module.start);
  for (let draw = 0; draw < TRIED; draw++) {
    const key = { seed: 1, draw, name: 'try' };
    const candidate = checkText('random', space.random(key));
    if (module.random(randomStream(key)) !== candidate)
      fail('random gave two candidates for one key; must depend on its argument alone');
    const child = checkText('mutate', space.mutate({ parent: candidate, key, mutations: 1 }));
    for (const text of [candidate, child]) {
      checkNetwork({ network: space.network({ candidate: text, resolution }), resolution, text, fail });
      const { flops, parameters, layers = 0 } = space.costs({ candidate: text, resolution });
      if (![flops, parameters, layers].every((cost) => Number.isFinite(cost) && cost >= 0))
        fail(
          `costs of ${quote(text)} are ${show(flops)}, ${show(parameters)}, ${show(layers)}; must be numbers`,
        );
    }
  }
}

interface CheckNetworkArguments {
  readonly network: Network;
  readonly resolution: number;
  readonly text: string;
  readonly fail: (message: string) => never;
}

/**
 * Checks that the input of each block is the output of the previous one, and that every weight has a name of
 * its own.
 */
function checkNetwork({
  network: { stem, blocks, inputChannels = 3 },
  resolution,
  text,
  fail,
}: CheckNetworkArguments): void {
  const names = new Set<string>();
  let shape: Parameters<typeof blockShapes>[0]['input'] = [inputChannels, resolution, resolution];
  for (const block of [stem, ...blocks]) {
    const complain = (message: string) => fail(`network of ${quote(text)}: ${block.name}: ${message}`);
    for (const { name } of Object.values(block.weights)) {
      if (names.has(name)) complain(`weight ${quote(name)} occurs twice; give each a name of its own`);
      names.add(name);
    }
    if (block.instructions.length === 0) complain('has no instructions; add a value to its BlockBuilder');
    checkInstructions({ block, complain });
    const shapes = blockShapes({ block, input: shape });
    for (const { operation, inputs, slot } of block.instructions) {
      const read = inputs.map((at) => shapes[at]!);
      const reads = slot && ['conv', 'linear', 'patchEmbedding'].includes(operation);
      const wanted = reads ? block.weights[slot]!.shape[1] : undefined;
      if (wanted !== undefined && wanted !== channelsOf(read[0]!))
        complain(`${operation} ${slot} reads ${channelsOf(read[0]!)} channels, its weight has ${wanted}`);
      if (operation === 'sum' && new Set(read.map(String)).size > 1)
        complain(`sum of shapes ${read.map((each) => `[${each}]`).join(', ')}; must be alike`);
    }
    shape = shapes.at(-1)!;
  }
}

const CONVOLUTIONS: readonly string[] = ['conv', 'depthwise'];
const WEIGHTED: readonly string[] = [...CONVOLUTIONS, 'linear', 'layerNorm', 'patchEmbedding'];

interface CheckInstructionsArguments {
  readonly block: Block;
  readonly complain: (message: string) => never;
}

/** Checks that every operation exists, reads values that are there, and has the weight that it needs. */
function checkInstructions({ block, complain }: CheckInstructionsArguments): void {
  for (const [at, { operation, inputs, settings, slot }] of block.instructions.entries()) {
    if (!Object.hasOwn(operations, operation))
      complain(unknownValue({ word: String(operation), known: Object.keys(operations) }));
    const absent = inputs.find((input) => !Number.isInteger(input) || input < 0 || input > at);
    if (absent !== undefined)
      complain(
        `${operation} reads value ${show(absent)}; must be one that was added before, or 0, the input of the block`,
      );
    if (inputs.length === 0) complain(`${operation} reads no value; name at least one`);
    if (!WEIGHTED.includes(operation)) continue;
    const shape =
      block.weights[slot]?.shape ?? complain(`${operation} has no weight; give it one with a slot`);
    if (!CONVOLUTIONS.includes(operation)) continue;
    const { kernel } = settings;
    const sides = shape.slice(2);
    if (sides.length !== 2)
      complain(
        `${operation} ${slot} has a weight of shape [${shape}]; must have 4 sizes, the last two ${kernel}`,
      );
    if (sides.some((side) => side !== kernel))
      complain(`${operation} ${slot} has kernel ${kernel}, its weight ${sides.join(' x ')}`);
  }
}
