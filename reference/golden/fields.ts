// Defines the fields that golden files of all kinds share, as zod schemas.
import { z } from 'zod';

/** The largest batch x resolution²; the first feature's 16 channels then take 1 GiB. */
const MOST_POSITIONS = 2 ** 24;

export const proxyValue = z.union([z.number(), z.literal('-inf').transform(() => Number.NEGATIVE_INFINITY)], {
  error: ({ input }) =>
    input === undefined ? 'missing' : `found ${show(input)}; must be a number or "-inf"`,
});

export const number = z.number({
  error: ({ input }) => (input === undefined ? 'missing' : `found ${show(input)}; must be a number`),
});

export const size = (multipleOf: number) =>
  number
    .int({ error: ({ input }) => `found ${show(input)}; must be a whole number` })
    .min(multipleOf, { error: ({ input }) => `found ${show(input)}; must be at least ${multipleOf}` })
    .multipleOf(multipleOf, {
      error: ({ input }) => `found ${show(input)}; must be a multiple of ${multipleOf}`,
    });

export const list = <T extends z.ZodType>(item: T) =>
  z.array(item, {
    error: ({ input }) =>
      input === undefined ? 'missing' : `found ${show(input)}; must be a list of numbers`,
  });

export const values = (length: number) =>
  list(proxyValue).length(length, {
    error: ({ input }) => `found ${(input as unknown[]).length} values; must be ${length}`,
  });

export const text = z.string({
  error: ({ input }) => (input === undefined ? 'missing' : `found ${show(input)}; must be a text`),
});

/** A candidate in its usual spelling; `parse` throws for text that is none. */
export const candidate = (parse: (text: string) => string) =>
  text.transform((value, context) => {
    try {
      return parse(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });

export const withinMemory = ({
  batch,
  resolution,
}: {
  readonly batch: number;
  readonly resolution: number;
}): boolean => batch * resolution ** 2 <= MOST_POSITIONS;
export const beyondMemory = {
  path: ['batch'],
  error: `batch x resolution² must be at most ${MOST_POSITIONS}`,
};

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
