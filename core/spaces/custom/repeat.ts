// Expands the stages of a custom space, as written with `repeat`, into a chain of stages.
import { z } from 'zod';
import { mapping, wholeNumber } from '../../schema/fields.js';
import { describeField } from '../../schema/json-schema.js';
import { describeFound } from '../../text/show.js';
import { Stage } from './stage.js';

const MOST_STAGES = 64;
const repeat = wholeNumber({ min: 1, max: MOST_STAGES });

/** Several stages that are repeated; each repetition has choices of its own. */
const Group = mapping({
  repeat,
  stages: z.array(Stage, {
    error: ({ input }) =>
      `${describeFound(input)}; must be a list of stages, such as [{ block: conv, width: 32 }]`,
  }),
});

/** A stage of the chain, and the path at which it was written. */
export interface Placed {
  readonly stage: Stage;
  readonly path: readonly (string | number)[];
}

/**
 * `{ repeat: 3, block: conv, width: 32, stride: 2 }` becomes three stages with choices of their own, the
 * first of which has the stride. `{ repeat: 3, stages: [...] }` becomes the listed stages, three times.
 */
function readItem(value: unknown, index: number, context: z.core.$RefinementCtx): readonly Placed[] {
  const read = <Output>(schema: z.ZodType<Output>, written: unknown, why = ''): Output | undefined => {
    const { success, data, error } = schema.safeParse(written, { reportInput: true });
    if (success) return data;
    for (const { path, message, input } of error.issues)
      context.addIssue({ code: 'custom', path: [index, ...path], message: message + why, input });
    return undefined;
  };
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMapping || !('repeat' in value)) {
    const stage = read(Stage, value);
    return stage ? [{ stage, path: [index] }] : [];
  }
  if ('stages' in value) {
    const group = read(Group, value);
    const once = group?.stages.map((stage, i) => ({ stage, path: [index, 'stages', i] })) ?? [];
    return new Array(group?.repeat ?? 0).fill(once).flat();
  }
  const { repeat: written, ...rest } = value as Record<string, unknown>;
  const times = read(z.object({ repeat }), { repeat: written })?.repeat;
  const first = read(Stage, rest);
  const { stride: _, ...plain } = rest;
  // What is wrong with both is said once.
  const others = first && read(Stage, plain, '; of repeated stages only the first has the stride');
  if (times === undefined || !first || !others) return [];
  return Array.from({ length: times }, (__, i) => ({ stage: i === 0 ? first : others, path: [index] }));
}

const WRITTEN = describeField(Stage).anyOf as readonly { readonly properties: object }[];

export const Stages = z
  .unknown()
  .transform((value, context): readonly Placed[] => {
    const complain = (message: string) => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    if (!Array.isArray(value))
      return complain(
        `${describeFound(value)}; must be a list of stages, such as [{ block: basic, width: [16, 32] }]`,
      );
    const before = context.issues.length;
    const placed = value.flatMap((item, i) => readItem(item, i, context));
    if (context.issues.length > before) return z.NEVER;
    if (placed.length === 0 || placed.length > MOST_STAGES)
      return complain(`found ${placed.length} stages; must be 1 to ${MOST_STAGES}`);
    return placed;
  })
  .meta({
    type: 'array',
    items: {
      anyOf: [
        ...WRITTEN.map((schema) => ({
          ...schema,
          properties: { ...schema.properties, repeat: describeField(repeat) },
        })),
        describeField(Group),
      ],
    },
  });
