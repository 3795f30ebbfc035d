// Evaluates the compiled code of a module, a space or a proxy, in this process and returns its default export.
import { compileFunction } from 'node:vm';
import { SpecError } from '../core/errors.js';
import * as proxyApi from '../core/proxies/own-proxy.js';
import type { ModuleLoader } from '../core/spaces/module/definition.js';
import type { SpaceModule } from '../core/spaces/module/space-module.js';
import * as spaceApi from '../core/spaces/module/space-module.js';
import { callLimited } from './call-limit.js';

/**
 * The time limit of a call, which exceeds by far what a network of thousands of layers takes on a busy
 * machine.
 */
const LIMIT_MS = 10_000;

const FUNCTIONS = [
  'parse',
  'random',
  'mutate',
  'network',
  'costs',
] as const satisfies readonly (keyof SpaceModule)[];
/** The functions of a proxy module. */
const PROXY_FUNCTIONS = ['compute'] as const;

/** The only packages that a module may import. */
const APIS: Readonly<Record<string, unknown>> = { 'zeroscout/space': spaceApi, 'zeroscout/proxy': proxyApi };

/**
 * A module may import only `zeroscout/space` and `zeroscout/proxy`, so that everything on which it depends is in its
 * code and hence in its digest. Calls of `Math.random` and of the clock throw. This catches mistakes but does not protect
 * against hostile code, which is why modules need permission.
 */
export const loadModule: ModuleLoader = createModuleLoader({ limitMs: LIMIT_MS });
/** Loads a proxy module in the same way. */
export const loadProxyModule: ModuleLoader = createModuleLoader({
  limitMs: LIMIT_MS,
  functions: PROXY_FUNCTIONS,
});

/**
 * Evaluating the module, or calling one of its functions, throws after `limitMs`; nothing else could end it.
 */
export function createModuleLoader({
  limitMs,
  functions = FUNCTIONS,
}: {
  readonly limitMs: number;
  readonly functions?: readonly string[];
}): ModuleLoader {
  return (code) => {
    const module = callLimited({ work: () => evaluate(code), limitMs });
    return withTimeLimit({ module, functions, limitMs });
  };
}

/** Wraps a module so that each of its functions has a time limit. */
function withTimeLimit({
  module,
  functions,
  limitMs,
}: {
  readonly module: unknown;
  readonly functions: readonly string[];
  readonly limitMs: number;
}): unknown {
  if (typeof module !== 'object' || module === null) return module;
  const answer = Object.create(module) as Record<string, unknown>;
  for (const name of functions) {
    const original = (module as Record<string, unknown>)[name];
    if (typeof original !== 'function') continue;
    const value = (...args: unknown[]) =>
      callLimited({ work: () => original.apply(module, args) as unknown, limitMs });
    Object.defineProperty(answer, name, { value });
  }
  return answer;
}

const evaluate: ModuleLoader = ({ code, digest }) => {
  const module: { exports: { default?: unknown } } = { exports: {} };
  const given = { exports: module.exports, module, require: importApi, ...GLOBALS };
  const run = compileFunction(code, Object.keys(given), {
    filename: `space-module-${digest.slice(0, 8)}.js`,
  });
  run(...Object.values(given));
  return module.exports.default;
};

function importApi(name: string): unknown {
  if (Object.hasOwn(APIS, name)) return APIS[name];
  throw SpecError.of({
    path: '',
    message: `a module imports "${name}"; it may import ${Object.keys(APIS).join(' alone, or ')}, so that its digest covers all of it`,
  });
}

const mathWithoutRandom = Object.create(Math, {
  random: {
    value: () => {
      throw new Error(
        'Math.random differs between processes; results may depend only on what is passed in, for a space its random stream',
      );
    },
  },
});

/** Throws for every use. */
function refused(name: string): unknown {
  const refuse = (): never => {
    throw new Error(`${name} differs between calls; results may depend only on what is passed in`);
  };
  return new Proxy(function none() {}, { get: refuse, apply: refuse, construct: refuse });
}

/**
 * What a module sees in place of globals, so that it does not depend on time, chance or the process by mistake. This is
 * no protection from a module that means to: whoever runs one permits its code.
 */
const GLOBALS = {
  Math: mathWithoutRandom,
  ...Object.fromEntries(['Date', 'performance', 'crypto'].map((name) => [name, refused(name)])),
  process: undefined,
  fetch: undefined,
  global: undefined,
  globalThis: undefined,
  setTimeout: undefined,
  setInterval: undefined,
  setImmediate: undefined,
};
