// Defines zod schemas of the single fields in inputs of activities and workflows.
import { z } from 'zod';
import { text, wholeNumber } from '../schema/fields.js';
import { describeFound } from '../text/show.js';

const MOST = 1e15;
export const count = wholeNumber({ min: 0, max: MOST });
export const number = z.custom<number>((value) => typeof value === 'number' && Number.isFinite(value), {
  error: ({ input }) => `${describeFound(input)}; must be a finite number`,
});
export const flag = z.boolean({ error: ({ input }) => `${describeFound(input)}; must be true or false` });
export const words = (longest = 100_000) =>
  text({ test: (value) => value.length <= longest, right: `text of at most ${longest} characters` });
/** A digest becomes part of file names, so it may hold hexadecimal digits alone. */
export const digest = text({
  test: (value) => /^[0-9a-f]{64}$/.test(value),
  right: 'the SHA-256 of a blob, 64 hexadecimal digits',
});
/** A name becomes part of NATS subjects. */
export const name = (longest: number) =>
  text({
    test: (value) => /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(value) && value.length <= longest,
    right: `1 to ${longest} letters, digits, "_" or "-", the first a letter or digit`,
  });
export const id = name(200);
export const run = name(300);
/** Whether a text has the form of an engine version. */
export const isVersion = (value: string): boolean => /^[\w.+-]{1,1000}$/.test(value);
export const engine = text({
  test: isVersion,
  right: 'the version of an engine, such as block-8.ort-1.30.0',
});
export const scope = text({
  test: (value) => /^[\w-]{22}$/.test(value),
  right: 'a scope of scores, 22 characters',
});
export const worker = words(1000);

/** Keys of a newer release are accepted. */
export function object<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const right = `a mapping with ${Object.keys(shape).join(', ')}`;
  return z.looseObject(shape, { error: ({ input }) => `${describeFound(input)}; must be ${right}` });
}

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.array(item, { error: ({ input }) => `${describeFound(input)}; must be a list` });
}
