// Checks the network that a module gives for a candidate: its form, and that its blocks fit together.
import type { Block, Instruction } from '../../ir/block.js';
import type { Network } from '../../ir/network.js';
import { channelsOf } from '../../ir/shape.js';
import { blockShapes } from '../../ops/block-shapes.js';
import { operations } from '../../ops/operations.js';
import { unknownKey, unknownValue } from '../../text/nearest.js';
import { describeFound, quote, show } from '../../text/show.js';

interface CheckNetworkArguments {
  /** What the module gave, which may be anything. */
  readonly network: unknown;
  readonly resolution: number;
  readonly text: string;
  readonly fail: (message: string) => never;
}

type Complain = (message: string) => never;

/**
 * Checks that the input of each block is the output of the previous one, and that every weight has a name of
 * its own.
 */
export function checkNetwork({ network, resolution, text, fail }: CheckNetworkArguments): void {
  const of = (message: string) => fail(`network of ${quote(text)}: ${message}`);
  const { stem, blocks, inputChannels = 3 } = checkForm(network, of);
  const names = new Set<string>();
  let shape: Parameters<typeof blockShapes>[0]['input'] = [inputChannels, resolution, resolution];
  for (const block of [stem, ...blocks]) {
    const complain = (message: string) => of(`${block.name}: ${message}`);
    checkWeights({ block, names, complain });
    if (block.instructions.length === 0) complain('has no instructions; add a value to its BlockBuilder');
    checkInstructions({ block, complain });
    const shapes = blockShapes({ block, input: shape });
    for (const { operation, inputs, slot, settings } of block.instructions) {
      const read = inputs.map((at) => shapes[at]!);
      const [, ...sides] = read[0]!;
      if (operation === 'averagePool' && sides.some((side) => side % settings.stride! !== 0))
        complain(`averagePool: stride: found ${settings.stride}; must divide the map, ${sides.join(' x ')}`);
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

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const isPositive = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

/** Throws for anything that is not a network with a stem, blocks and settings of their types. */
function checkForm(network: unknown, fail: Complain): Network {
  if (!isObject(network) || 'then' in network)
    return fail(
      `${isObject(network) ? 'found a promise' : describeFound(network)}; must be { stem, blocks, identities }`,
    );
  const given: Partial<Record<keyof Network, unknown>> = network;
  const { stem, blocks, identities, stageEnds, inputChannels, classifier } = given;
  const must = (name: keyof Network, right: string) =>
    fail(`${name}: ${describeFound(given[name])}; must be ${right}`);
  if (!Array.isArray(blocks) || blocks.length === 0) return must('blocks', 'a list of one block or more');
  for (const [at, block] of [stem, ...(blocks as unknown[])].entries())
    if (!isBlock(block))
      fail(
        `${at === 0 ? 'stem' : `blocks[${at - 1}]`}: ${describeFound(block)}; must be what build() of a BlockBuilder with a name returns`,
      );
  if (identities !== 'worst' && identities !== 'skipped') must('identities', "'worst' or 'skipped'");
  if (inputChannels !== undefined && !isPositive(inputChannels))
    must('inputChannels', 'a whole number from 1');
  if (stageEnds !== undefined && !areEnds(stageEnds, blocks.length))
    must('stageEnds', `rising numbers of blocks, from 0 to ${blocks.length - 1}`);
  if (classifier !== undefined && !(isObject(classifier) && isPositive(classifier.classes)))
    must('classifier', '{ classes, normalized } with a whole number of classes from 1');
  return network as unknown as Network;
}

function isBlock(block: unknown): block is Block {
  return (
    isObject(block) &&
    typeof block.name === 'string' &&
    block.name !== '' &&
    Array.isArray(block.instructions) &&
    isObject(block.weights)
  );
}

function areEnds(ends: unknown, count: number): boolean {
  if (!Array.isArray(ends) || ends.length === 0) return false;
  return ends.every(
    (end, at) => Number.isInteger(end) && end < count && end > (at === 0 ? -1 : Number(ends[at - 1])),
  );
}

interface CheckWeightsArguments {
  readonly block: Block;
  /** The names so far, to which those of the block are added. */
  readonly names: Set<string>;
  readonly complain: Complain;
}

function checkWeights({ block, names, complain }: CheckWeightsArguments): void {
  for (const [slot, { name, shape }] of Object.entries(block.weights)) {
    if (typeof name !== 'string' || name === '')
      complain(`weight ${slot}: name: ${describeFound(name)}; must be a text`);
    if (names.has(name)) complain(`weight ${quote(name)} occurs twice; give each a name of its own`);
    names.add(name);
    if (!Array.isArray(shape))
      complain(`weight ${quote(name)}: shape: ${describeFound(shape)}; must be a list`);
    const wrong: unknown = shape.find((size) => !isPositive(size));
    if (wrong !== undefined)
      complain(`weight ${quote(name)}: shape: found ${show(wrong)}; must hold whole numbers from 1`);
  }
}

const CONVOLUTIONS: readonly string[] = ['conv', 'depthwise'];
const WEIGHTED: readonly string[] = [...CONVOLUTIONS, 'linear', 'layerNorm', 'patchEmbedding'];

/** Checks that every operation exists, reads values that are there, and has the settings and the weight that it needs. */
function checkInstructions({ block, complain }: Omit<CheckWeightsArguments, 'names'>): void {
  for (const [at, { operation, inputs, settings, slot }] of block.instructions.entries()) {
    if (!Object.hasOwn(operations, operation))
      complain(unknownValue({ word: String(operation), known: Object.keys(operations) }));
    if (!Array.isArray(inputs))
      complain(`${operation}: inputs: ${describeFound(inputs)}; must be a list of values, such as [0]`);
    const absent = inputs.find((input) => !Number.isInteger(input) || input < 0 || input > at);
    if (absent !== undefined)
      complain(
        `${operation} reads value ${show(absent)}; must be one that was added before, or 0, the input of the block`,
      );
    if (inputs.length === 0) complain(`${operation} reads no value; name at least one`);
    checkSettings({ operation, settings, complain });
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

/** The settings that must be there, whole numbers from 1, and others that may be. */
const SETTINGS: Readonly<Record<string, readonly [needed: readonly string[], others: readonly string[]]>> = {
  conv: [['kernel', 'stride'], []],
  depthwise: [['kernel', 'stride'], []],
  averagePool: [['kernel', 'stride'], []],
  batchNorm: [[], ['epsilon', 'centred']],
  attention: [['heads', 'side', 'farthest'], []],
  patchEmbedding: [['patch', 'tokens'], []],
  classToken: [['tokens'], []],
  positions: [['tokens'], []],
};

type CheckSettingsArguments = Pick<Instruction, 'operation' | 'settings'> & { readonly complain: Complain };

function checkSettings({ operation, settings, complain }: CheckSettingsArguments): void {
  const [needed, others] = SETTINGS[operation] ?? [[], []];
  const known = [...needed, ...others];
  for (const [name, value] of Object.entries(settings)) {
    if (!known.includes(name)) complain(`${operation}: ${unknownKey({ word: name, known })}`);
    if (typeof value !== 'number' || !Number.isFinite(value))
      complain(`${operation}: ${name}: ${describeFound(value)}; must be a number`);
  }
  for (const name of needed)
    if (!isPositive(settings[name]))
      complain(`${operation}: ${name}: ${describeFound(settings[name])}; must be a whole number from 1`);
  const { kernel = 1, stride } = settings;
  const isWhole = operation === 'averagePool' && stride === kernel;
  // Padding is the same on both sides.
  if (kernel % 2 === 0 && !isWhole)
    complain(
      `${operation}: kernel: found ${kernel}; must be odd${operation === 'averagePool' ? ', or equal to stride' : ''}`,
    );
  if (operation === 'averagePool' && stride !== 1 && !isWhole)
    complain(`${operation}: stride: found ${show(stride)}; must be 1, or equal to kernel`);
}
