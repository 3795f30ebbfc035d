// Converts zod schemas to JSON Schema (draft 2020-12), for editors and for the reference pages.
import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema of what people may write for `schema`. Checks that zod holds as code appear only where the
 * schema describes itself with `.meta`; whatever JSON Schema cannot express is left open.
 */
export function describeField(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      // Matches `z.unknown().superRefine(check).pipe(schema)`, in which the check gives better messages and
      // the schema holds the form.
      if (def.type !== 'pipe' || def.in._zod.def.type !== 'unknown') return;
      if (def.out._zod.def.type !== 'transform')
        Object.assign(jsonSchema, describeField(def.out as z.ZodType));
    },
  });
  return described;
}

/** A mapping that requires only `kind` may also be written as the kind alone. */
export function withBareKinds(schema: JsonSchema): JsonSchema {
  const options = schema.oneOf as readonly KindSchema[];
  const bare = options
    .filter(({ required, oneOf }) => required.length === 1 && !oneOf)
    .map(({ properties }) => properties.kind.const);
  return { anyOf: [{ enum: bare }, ...options] };
}

interface KindSchema {
  /** Conditions in addition to the types of the fields. */
  readonly oneOf?: unknown;
  readonly required: readonly string[];
  readonly properties: { readonly kind: { readonly const: string } };
}
