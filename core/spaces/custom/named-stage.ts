// Defines the schema of a stage whose options have names, such as `{ width: 64, options: { a: { block:
// identity }, b: { block: basic } } }`.
import { z } from 'zod';
import { mapping, oneOf, text } from '../../schema/fields.js';
import { describeFound, quote } from '../../text/show.js';
import * as field from './fields.js';
import { ACTIVATIONS, BLOCK_KINDS, NEUTRAL, USES } from './kinds.js';

/** The kinds that a named option may have: kinds of convolutions, and pooling. */
const NAMED_KINDS = ['conv', 'basic', 'bottleneck', 'inverted', 'identity', 'maxpool', 'avgpool'] as const;

/** A named option: everything that the stage itself does not fix, with one value each. */
const Named = mapping({
  block: oneOf(NAMED_KINDS),
  kernel: field.window.optional(),
  expansion: field.expansion.optional(),
  depth: field.depth.optional(),
  ratio: field.ratio.optional(),
  groups: field.groups.optional(),
  dilation: field.dilation.optional(),
  squeeze: field.squeeze.optional(),
  activation: field.activation.optional(),
});
type Named = z.output<typeof Named>;

const NAMED_CHOICES = [
  'kernel',
  'expansion',
  'depth',
  'ratio',
  'groups',
  'dilation',
  'squeeze',
  'activation',
] as const;

const NAME = '1 to 32 letters, digits and _';

export const NamedStage = mapping({
  options: z.record(text({ test: (value) => /^[A-Za-z0-9_]{1,32}$/.test(value), right: NAME }), Named, {
    error: (issue) =>
      issue.code === 'invalid_key'
        ? `found the name ${quote(String(issue.input))}; must be ${NAME}`
        : `${describeFound(issue.input)}; must be a mapping of names to blocks, such as { a: { block: conv } }`,
  }),
  width: field.width,
  stride: field.stride.default(1),
}).transform(({ options, width, stride }, context) => {
  const named = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  const complain = (path: string[], message: string) => {
    context.addIssue({ code: 'custom', path: ['options', ...path], message });
  };
  if (named.length === 0) complain([], 'found no options; must be one or more by name');
  for (const [name, one] of named)
    checkNamed({ one, width, stride, complain: (choice, message) => complain([name, choice], message) });
  const kinds = BLOCK_KINDS.filter((kind) => named.some(([, { block }]) => block === kind));
  return {
    block: kinds,
    width: [width],
    stride: [stride],
    options: Object.fromEntries(named.map(([name, one]) => [name, withoutNeutral(one)])),
  };
});

interface CheckNamedArguments {
  readonly one: Named;
  readonly width: number;
  readonly stride: number;
  readonly complain: (choice: string, message: string) => void;
}

function checkNamed({ one, width, stride, complain }: CheckNamedArguments): void {
  const uses = USES[one.block];
  for (const choice of NAMED_CHOICES)
    if (one[choice] !== undefined && !uses.includes(choice))
      complain(choice, `is not used by ${one.block}; remove it`);
  const { expansion, ratio } = one;
  const isBottleneck = one.block === 'bottleneck';
  if (isBottleneck && expansion !== undefined && ratio !== undefined)
    complain('ratio', 'found expansion too; keep one of them');
  else if (uses.includes('expansion') && expansion === undefined && ratio === undefined)
    complain('expansion', `is missing; ${one.block} needs it, such as 4`);
  if (isBottleneck && width % (expansion ?? 1) !== 0)
    complain('expansion', `found ${expansion}; must divide the width, ${width}`);
  if (isBottleneck && !Number.isInteger(width * (ratio ?? 1)))
    complain('ratio', `found ${ratio}; ${width} times that must be a whole number`);
  if (one.kernel === 2 && !one.block.endsWith('pool'))
    complain('kernel', `found 2; must be one of 1, 3, 5, 7 in ${one.block}`);
  if (one.kernel === 2 && stride === 1) complain('kernel', 'found 2; a window of 2 needs stride 2 or 4');
}

/** Drops choices that have no effect, so that equal options are equal however they are written. */
function withoutNeutral(one: Named): Named {
  const kept = Object.entries(one).filter(
    ([choice, value]) =>
      !(choice === 'activation' && value === ACTIVATIONS[NEUTRAL.activation]) &&
      !((choice === 'groups' || choice === 'dilation' || choice === 'squeeze') && value === NEUTRAL[choice]),
  );
  return Object.fromEntries(kept) as Named;
}
