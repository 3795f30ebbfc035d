// Makes a value of the library into one that JSON can carry.

/**
 * A copy in which infinities are the texts "inf" and "-inf", NaN is null, and absent fields are left out. Its type is that of the
 * answer's schema, which TypeScript cannot compare with types that have optional fields; the description of the API is checked
 * against real answers by tests.
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
