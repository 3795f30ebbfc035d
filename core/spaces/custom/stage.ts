// Defines the schema of a stage of a custom space: kinds of blocks with choices, or named options
// (docs/guides/own-space.md).
import { z } from 'zod';
import { mapping, oneOf, text } from '../../schema/fields.js';
import { describeField } from '../../schema/json-schema.js';
import * as field from './fields.js';
import { type Activation, BLOCK_KINDS, type BlockKind, CHOICES, KEEPS_WIDTH, USES } from './kinds.js';
import { NamedStage } from './named-stage.js';

const CELL =
  'a cell in the notation of NAS-Bench-201, in which an edge can offer several operations, as in nor_conv_3x3/none~0, or all, as in *~0';

const ChosenStage = mapping({
  block: field.choices(oneOf(BLOCK_KINDS), (kind) => BLOCK_KINDS.indexOf(kind)),
  width: field.numbers(field.width).optional(),
  depth: field.numbers(field.depth).optional(),
  kernel: field.numbers(field.window).optional(),
  expansion: field.numbers(field.expansion).optional(),
  stride: field.numbers(field.stride).optional(),
  heads: field.numbers(field.heads).optional(),
  ratio: field.numbers(field.ratio).optional(),
  patch: field.numbers(field.patch).optional(),
  cell: text({
    test: (value) => value.trim() !== '',
    right: CELL,
  }).optional(),
  growth: field.numbers(field.growth).optional(),
  groups: field.numbers(field.groups).optional(),
  dilation: field.numbers(field.dilation).optional(),
  squeeze: field.numbers(field.squeeze).optional(),
  activation: field.activations.optional(),
}).transform((stage, context): Stage => {
  checkChoices(stage, (path, message) => {
    context.addIssue({ code: 'custom', path: [path], message });
  });
  // Only choices that are used and have an effect are kept, so that a checked definition passes the check
  // again.
  const used = new Set(stage.block.flatMap((kind) => USES[kind]));
  const { block, width, expansion = block.includes('dense') ? [4] : undefined, cell } = stage;
  const { depth = [1], kernel = [3], stride = [1], heads, patch, growth } = stage;
  const ratio = stage.ratio ?? (block.includes('transformer') ? [4] : undefined);
  const groups = field.unlessAll(stage.groups, 1);
  const dilation = field.unlessAll(stage.dilation, 1);
  const squeeze = field.unlessAll(stage.squeeze, 0);
  const activation = field.unlessAll(stage.activation, 'relu');
  return {
    block,
    ...(width ? { width } : {}),
    ...(used.has('depth') ? { depth } : {}),
    ...(used.has('kernel') ? { kernel } : {}),
    ...(expansion ? { expansion } : {}),
    ...(used.has('stride') ? { stride } : {}),
    ...(heads ? { heads } : {}),
    ...(ratio ? { ratio } : {}),
    ...(patch ? { patch } : {}),
    ...(cell ? { cell: cell.trim() } : {}),
    ...(growth ? { growth } : {}),
    ...(groups ? { groups } : {}),
    ...(dilation ? { dilation } : {}),
    ...(squeeze ? { squeeze } : {}),
    ...(activation ? { activation } : {}),
  };
});

export interface Stage {
  readonly block: readonly BlockKind[];
  readonly width?: readonly number[];
  readonly depth?: readonly number[];
  readonly kernel?: readonly number[];
  readonly expansion?: readonly number[];
  readonly stride?: readonly number[];
  readonly heads?: readonly number[];
  readonly ratio?: readonly number[];
  readonly patch?: readonly number[];
  readonly cell?: string;
  readonly growth?: readonly number[];
  readonly groups?: readonly number[];
  readonly dilation?: readonly number[];
  readonly squeeze?: readonly number[];
  readonly activation?: readonly Activation[];
  /** The pooling of a stem. */
  readonly pool?: readonly number[];
  readonly options?: z.output<typeof NamedStage>['options'];
}

/** A stage before defaults are filled in. */
type Written = { readonly [Key in Exclude<keyof Stage, 'block'>]?: Stage[Key] | undefined } & Pick<
  Stage,
  'block'
>;
type Complain = (path: string, message: string) => void;

function checkChoices(stage: Written, complain: Complain): void {
  const kinds = stage.block.join(', ');
  const used = new Set(stage.block.flatMap((kind) => USES[kind]));
  const has = (kind: BlockKind) => stage.block.includes(kind);
  for (const choice of CHOICES)
    if (stage[choice] && !used.has(choice)) complain(choice, `is not used by ${kinds}; remove it`);
  if (!stage.width && stage.block.some((kind) => !KEEPS_WIDTH.has(kind)))
    complain('width', 'missing; must be a whole number from 1 to 8192');
  if (has('transformer')) {
    if (stage.block.length > 1)
      complain('block', `found ${kinds}; a transformer stands alone, whatever follows needs tokens`);
    checkMlp(stage, complain);
    if (!stage.heads) complain('heads', 'is missing; must be how many heads of 64 channels, such as [3, 4]');
  }
  if (has('cell') && !stage.cell) complain('cell', `is missing; must be ${CELL}`);
  if (has('dense') && !stage.growth)
    complain('growth', 'is missing; must be how many channels each repetition adds, such as 32');
  checkExpansion(stage, complain);
  checkKernel(stage, complain);
}

/** The inner channels of a bottleneck are given either by an expansion or by a ratio. */
function checkExpansion(stage: Written, complain: Complain): void {
  const { block, width = [], expansion, ratio } = stage;
  const isBottleneck = block.includes('bottleneck');
  const needs = block.find((kind) => kind === 'inverted' || (kind === 'bottleneck' && !ratio));
  if (needs && !expansion) complain('expansion', `is missing; ${needs} needs it, such as 4`);
  if (!isBottleneck) return;
  if (ratio && expansion) complain('ratio', 'found expansion too; a bottleneck has one of them');
  else if (ratio && block.includes('dense'))
    complain(
      'ratio',
      'found dense too, whose expansion is 4 by default; a bottleneck beside it needs expansion, remove ratio',
    );
  for (const factor of expansion ?? []) {
    const wrong = width.find((value) => value % factor !== 0);
    if (wrong !== undefined)
      complain('width', `found ${wrong}; must be a multiple of ${factor}, the bottleneck's expansion`);
  }
  for (const factor of ratio ?? []) {
    const wrong = width.find((value) => !Number.isInteger(value * factor));
    if (wrong !== undefined)
      complain('width', `found ${wrong}; ${factor} times that, the bottleneck's ratio, must be whole`);
  }
}

/** The hidden width of a transformer's MLP, which is rounded down, is at least 1. */
function checkMlp({ width = [], ratio = [] }: Written, complain: Complain): void {
  const factor = ratio[0] ?? 1;
  const wrong = width.find((value) => value * factor < 1);
  if (wrong !== undefined)
    complain(
      'width',
      `found ${wrong}; ${factor} times that, the hidden width of the MLP, must be at least 1`,
    );
}

function checkKernel({ block, kernel = [], stride = [1] }: Written, complain: Complain): void {
  if (!kernel.includes(2)) return;
  const other = block.find((kind) => USES[kind].includes('kernel') && !kind.endsWith('pool'));
  if (other) complain('kernel', `found 2; must be one of 1, 3, 5, 7 in ${other}`);
  else if (stride.includes(1)) complain('kernel', 'found 2; a window of 2 needs stride 2 or 4');
}

/** The choices of a kind for which a stage has values. */
export function usedBy({ stage, kind }: { readonly stage: Stage; readonly kind: BlockKind }) {
  return USES[kind].filter((choice) => stage[choice]);
}

const isNamed = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && 'options' in value;

/**
 * The form in which a person would have written a checked stage, so that a checked definition passes the
 * check again.
 */
function asWritten(value: object): unknown {
  const { block: _, width, stride, ...rest } = value as Record<string, unknown>;
  if (!Array.isArray(width) || width.length !== 1 || !Array.isArray(stride)) return value;
  return { ...rest, width: width[0], stride: stride[0] };
}

export const Stage = z
  .unknown()
  .transform((value, context): Stage => {
    const { success, data, error } = (isNamed(value) ? NamedStage : ChosenStage).safeParse(
      isNamed(value) ? asWritten(value) : value,
      {
        reportInput: true,
      },
    );
    if (success) return data as Stage;
    // After unknown keys zod continues to check as if the stage were complete; reporting one issue for each
    // key stops it.
    for (const { path, message, ...issue } of error.issues) {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [key]) : [[]];
      message.split('\n').forEach((line, at) => {
        context.addIssue({
          code: 'custom',
          path: [...path, ...(keys[at] ?? [])],
          message: line,
          input: value,
        });
      });
    }
    return z.NEVER;
  })
  .meta({ anyOf: [describeField(ChosenStage), describeField(NamedStage)] });
