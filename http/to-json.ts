// Converts a value of the library to one that JSON can represent.

/**
 * A copy in which infinities are the texts "inf" and "-inf", NaN is null, and absent fields are left out. It
 * has the type of the answer's schema, which TypeScript cannot compare with types that have optional fields;
 * tests check the description of the API against real answers.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
export function toJson(value: unknown): any {
  return JSON.parse(
    JSON.stringify(value, (_, each: unknown) => {
      if (each === Number.POSITIVE_INFINITY) return 'inf';
      if (each === Number.NEGATIVE_INFINITY) return '-inf';
      return each;
    }),
  );
}
