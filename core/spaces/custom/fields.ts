// Defines fields of a custom space's schema: numbers that a layer may have, and lists of choices.
import { z } from 'zod';
import { oneOf, wholeNumber } from '../../schema/fields.js';
import { describeField } from '../../schema/json-schema.js';
import { describeFound, show } from '../../text/show.js';
import { ACTIVATIONS } from './kinds.js';

const MOST_CHOICES = 256;

/**
 * One value or a list of values, which are sorted so that equal choices are the same space in whatever order
 * they are written.
 */
export function choices<Item>(item: z.ZodType<Item>, order: (item: Item) => number) {
  const sort = (written: unknown, context: z.core.$RefinementCtx): readonly Item[] => {
    const complain = (message: string) => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    const values: readonly unknown[] = Array.isArray(written) ? written : [written];
    if (values.length === 0 || values.length > MOST_CHOICES)
      return complain(`found ${values.length} choices; must be 1 to ${MOST_CHOICES}`);
    const items: Item[] = [];
    for (const value of values) {
      const { success, data, error } = item.safeParse(value, { reportInput: true });
      if (!success) return complain(error.issues[0]!.message);
      if (items.includes(data)) return complain(`${show(data)} occurs twice; keep one`);
      items.push(data);
    }
    return items.toSorted((a, b) => order(a) - order(b));
  };
  const one = describeField(item);
  const several = { type: 'array', items: one, minItems: 1, maxItems: MOST_CHOICES, uniqueItems: true };
  return z
    .unknown()
    .transform(sort)
    .meta({ anyOf: [one, several] });
}

export function numbers(schema: z.ZodType<number>) {
  return choices(schema, (value) => value);
}

function oneOfNumbers(numbers: readonly number[], right = numbers.join(', ')) {
  return z
    .custom<number>((value) => numbers.includes(value as number), {
      error: ({ input }) => `${describeFound(input)}; must be one of ${right}`,
    })
    .meta({ enum: [...numbers] });
}

export const width = wholeNumber({ min: 1, max: 8192 });
export const depth = wholeNumber({ min: 1, max: 64 });
export const kernel = oneOfNumbers([1, 3, 5, 7]);
/** A pooling window may also be 2 pixels wide. */
export const window = oneOfNumbers([1, 2, 3, 5, 7], '1, 3, 5, 7, and 2 of pooling');
export const stride = oneOfNumbers([1, 2, 4]);
export const patch = oneOfNumbers([1, 2, 4, 8, 16, 32]);
export const expansion = wholeNumber({ min: 1, max: 16 });
export const heads = wholeNumber({ min: 1, max: 64 });
export const growth = wholeNumber({ min: 1, max: 1024 });
export const groups = wholeNumber({ min: 1, max: 8192 });
export const dilation = wholeNumber({ min: 1, max: 16 });
/** The block's input channels divided by the channels of squeeze-and-excitation; 0 for none. */
export const squeeze = wholeNumber({ min: 0, max: 64 });
export const activation = oneOf(ACTIVATIONS);
/**
 * A block's inner channels divided by its width. Only multiples of a quarter are allowed, which keeps the
 * texts of candidates short.
 */
export const ratio = z
  .custom<number>(
    (value) => typeof value === 'number' && value >= 0.25 && value <= 16 && Number.isInteger(4 * value),
    { error: ({ input }) => `${describeFound(input)}; must be a multiple of 0.25, at most 16` },
  )
  .meta({ type: 'number', minimum: 0.25, maximum: 16, multipleOf: 0.25 });
export const activations = choices(activation, (name) => ACTIVATIONS.indexOf(name));

/** The values; undefined if they consist of this one value alone. */
export function unlessAll<Item>(
  values: readonly Item[] | undefined,
  only: Item,
): readonly Item[] | undefined {
  return values?.length === 1 && values[0] === only ? undefined : values;
}
