// In: the code of a space's module, compiled to CommonJS. Out: its default export, evaluated in this process.
import { compileFunction } from 'node:vm';
import { SpecError } from '../core/errors.js';
import type { ModuleLoader } from '../core/spaces/module/definition.js';
import type { SpaceModule } from '../core/spaces/module/space-module.js';
import * as api from '../core/spaces/module/space-module.js';
import { callLimited } from './call-limit.js';

/** Far more than a network of thousands of layers takes on a busy machine. */
const LIMIT_MS = 10_000;

const FUNCTIONS = [
  'parse',
  'random',
  'mutate',
  'network',
  'costs',
] as const satisfies readonly (keyof SpaceModule)[];

/** By what name modules import what they are built with. */
const API = 'zeroscout/space';

/**
 * A module imports nothing but `zeroscout/space`: all that it depends on is in its code, and so in its digest. Accidents
 * are caught, `Math.random` and the clock; this is no wall against an enemy, which is why modules have to be allowed.
 */
export const loadModule: ModuleLoader = createModuleLoader({ limitMs: LIMIT_MS });

/** A module whose evaluation, or whose call, takes longer than `limitMs` is an error: nothing else could end it. */
export function createModuleLoader({ limitMs }: { readonly limitMs: number }): ModuleLoader {
  return (module) => limited(callLimited({ work: () => evaluate(module), limitMs }), limitMs);
}

/** The same module, each of whose functions ends in time. They call each other without a second watch. */
function limited(module: unknown, limitMs: number): unknown {
  if (typeof module !== 'object' || module === null) return module;
  const answer = Object.create(module) as Record<string, unknown>;
  for (const name of FUNCTIONS) {
    const original = (module as Record<string, unknown>)[name];
    if (typeof original !== 'function') continue;
    const value = (...args: unknown[]) =>
      callLimited({ work: () => original.apply(module, args) as unknown, limitMs });
    Object.defineProperty(answer, name, { value });
  }
  return answer;
}

const evaluate: ModuleLoader = ({ code, digest }) => {
  const run = compileFunction(code, ['exports', 'module', 'require', 'Math', 'Date'], {
    filename: `space-module-${digest.slice(0, 8)}.js`,
  });
  const module: { exports: { default?: unknown } } = { exports: {} };
  run(module.exports, module, imported, sureMath, undefined);
  return module.exports.default;
};

function imported(name: string): unknown {
  if (name === API) return api;
  throw SpecError.of({
    path: 'space',
    message: `a module imports "${name}"; it may import ${API} alone, so that its digest covers all of it`,
  });
}

const sureMath = Object.create(Math, {
  random: {
    value: () => {
      throw new Error('Math.random is another number in every process; take the stream that you are given');
    },
  },
});
