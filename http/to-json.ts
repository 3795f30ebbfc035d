// Converts a value of the library to one that JSON can represent.

/**
 * A copy in which infinities are the texts "inf" and "-inf", NaN is null, absent fields are left out, and
 * whole numbers that no double holds, such as the sizes of large spaces, are texts. It
 * has the type of the answer's schema, which TypeScript cannot compare with types that have optional fields;
 * tests check the description of the API against real answers.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
export function toJson(value: unknown): any {
  return JSON.parse(
    JSON.stringify(value, (_, each: unknown) => {
      if (each === Number.POSITIVE_INFINITY) return 'inf';
      if (each === Number.NEGATIVE_INFINITY) return '-inf';
      if (typeof each === 'bigint') return each <= Number.MAX_SAFE_INTEGER ? Number(each) : String(each);
      return each;
    }),
  );
}
