// In: the code of a space's module, compiled to CommonJS. Out: its default export, evaluated in this process.
import { compileFunction } from 'node:vm';
import type { ModuleLoader } from '../core/spaces/module/index.js';
import * as api from '../core/spaces/module/space-module.js';
import { SpecError } from '../core/spec/errors.js';

/** By what name modules import what they are built with. */
const API = 'zeroscout/space';

/**
 * A module imports nothing but `zeroscout/space`: all that it depends on is in its code, and so in its digest. Accidents
 * are caught, `Math.random` and the clock; this is no wall against an enemy, which is why modules have to be allowed.
 */
export const loadModule: ModuleLoader = ({ code, digest }) => {
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
