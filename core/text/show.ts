// Shortens any value from outside to one line for error messages.

const LONGEST = 60;

/** `found -4`, `found the text "16"` or `missing`, for the beginning of a message. */
export function describeFound(value: unknown): string {
  return value === undefined
    ? 'missing'
    : `found ${typeof value === 'string' ? 'the text ' : ''}${show(value)}`;
}

/** Text is quoted and cut at 60 characters; of lists, mappings and functions only the type is shown. */
export function show(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  const { constructor: made } = value;
  const name = typeof made === 'function' ? made.name : 'Object';
  return name === 'Object' ? 'a mapping' : `an object of class ${name.slice(0, LONGEST)}`;
}

/** The message of what somebody's code threw, which need not be an error. */
export function describeThrown(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === 'string' ? thrown : `threw ${show(thrown)}, which is no error`;
}

/** Puts a text in double quotes, with control characters escaped, cut at 60 characters. */
export function quote(text: string): string {
  return quoteUpTo(LONGEST, text);
}

/** Like `quote`, for texts that are worth more room, such as the names of nodes in a file. */
export function quoteUpTo(longest: number, text: string): string {
  return text.length > longest ? `${JSON.stringify(text.slice(0, longest))}...` : JSON.stringify(text);
}
