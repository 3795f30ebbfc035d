// Converts the specification of a request to the library's form; its files come with the request, never from
// this machine.
import type { SpecificationInput } from '../client/index.js';
import { SpecError } from '../core/errors.js';

export function createSpecificationInput({
  specification,
  files = {},
}: {
  readonly specification: string | object;
  readonly files?: Readonly<Record<string, string>> | undefined;
}): SpecificationInput {
  const resolve = (name: string): Uint8Array => {
    const text = Object.hasOwn(files, name) ? files[name] : undefined;
    if (text === undefined)
      throw SpecError.of({
        path: 'files',
        message: `no "${name.slice(0, 200)}"; the request must hold its text`,
      });
    return new TextEncoder().encode(text);
  };
  return typeof specification === 'string'
    ? { text: specification, files: resolve }
    : { value: specification, files: resolve };
}
