// Reads a space written as a TypeScript or JavaScript module, and tries it before anything starts.
import { stripVTControlCharacters } from 'node:util';
import { SpecError } from '../../core/errors.js';
import { checkExport, tryModule } from '../../core/spaces/module/check-module.js';
import {
  MOST_CODE,
  type ModuleSpecification,
  moduleDigest,
  moduleSpace,
  permitModule,
} from '../../core/spaces/module/definition.js';
import { AZ_NAS_PROXIES } from '../../core/specification/families.js';
import { describeThrown } from '../../core/text/show.js';
import { loadModule } from '../../engine/load-module.js';
import type { FileInput } from '../files/open-file.js';
import { type ModulePermission, REFUSED } from './module-permission.js';
import { nameOf, readText } from './read-text.js';

export const MODULE_FILE = /\.[cm]?[jt]s$/i;

/**
 * SpecErrors call the file `name`. Types, comments and white space are removed, so they are not part of the
 * digest.
 */
export async function readModule({
  path,
  modules,
  name = nameOf(path),
}: {
  readonly path: FileInput;
  readonly modules: ModulePermission;
  readonly name?: string;
}): Promise<ModuleSpecification> {
  if (modules === 'refused') throw SpecError.inFile({ file: name, ...REFUSED });
  const code = await compileModule({ text: await readText(path, name), name });
  if (code.length > MOST_CODE)
    throw SpecError.inFile({
      file: name,
      message: `is ${code.length} characters of code; at most ${MOST_CODE} characters travel with a search`,
    });
  const digest = moduleDigest(code);
  permitModule({ digest, load: loadModule });
  const module = checkExport({ value: evaluate({ code, digest, name }), source: name });
  const { resolution } = module;
  const proxies = AZ_NAS_PROXIES.filter((proxy) => module.proxies?.includes(proxy) ?? true);
  const specification = { kind: 'module', digest, code, resolution, proxies } as const;
  try {
    tryModule({ module, space: moduleSpace(specification), source: name });
  } catch (error) {
    throw createNamedError({ error, name });
  }
  return specification;
}

/** The output is CommonJS because that can be evaluated synchronously, as opening a space requires. */
export async function compileModule({
  text,
  name,
}: {
  readonly text: string;
  readonly name: string;
}): Promise<string> {
  // The compiler is large, so it is loaded only for modules.
  const { transform } = await import('@swc/core');
  try {
    const { code } = await transform(text, {
      configFile: false,
      swcrc: false,
      sourceMaps: false,
      module: { type: 'commonjs' },
      jsc: {
        parser: { syntax: 'typescript' },
        target: 'es2022',
        minify: { compress: false, mangle: false, format: { comments: false } },
      },
      minify: true,
    });
    return code;
  } catch (error) {
    throw SpecError.inFile({
      file: name,
      message: `cannot be compiled: ${shortenMessage((error as Error).message)}`,
    });
  }
}

function evaluate({
  code,
  digest,
  name,
}: {
  readonly code: string;
  readonly digest: string;
  readonly name: string;
}): unknown {
  try {
    return loadModule({ code, digest });
  } catch (error) {
    throw createNamedError({ error, name });
  }
}

/** An error thrown by the module, with the module's file name. */
export function createNamedError({
  error,
  name,
}: {
  readonly error: unknown;
  readonly name: string;
}): SpecError {
  const message = describeThrown(error);
  return SpecError.inFile({
    file: name,
    message: message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message,
  });
}

/** The message of the compiler without terminal colours and source excerpt, in one line, with the place. */
function shortenMessage(message: string): string {
  const plain = stripVTControlCharacters(message);
  const [first = ''] = plain.split('\n');
  // The excerpt has a line ` 3 | text` for each line, and `   :   ^` below the one at fault.
  const [, line] = /^\s*(\d+) [|│].*\n\s*[:·] /m.exec(plain) ?? [];
  return `${first.replace(/^\s*[x×]\s*/, '')}${line === undefined ? '' : `, in line ${line}`}`;
}
