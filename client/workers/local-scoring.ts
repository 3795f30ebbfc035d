// Starts the workers on this machine that a program's searches need, once for each device, and stops them
// together.
import type { Device } from '../../core/specification/devices.js';
import type { Session } from '../connections/session.js';
import { createEnvironment } from '../specification/module-permission.js';
import type { ReadSpecification } from '../specification/read-candidates.js';
import { permissionFor, withdrawBackgroundWorkers } from './background-workers.js';
import { type LocalWorkers, startLocalWorkers } from './local-workers.js';

export interface LocalScoring {
  /**
   * Starts `count` score workers for the device of a specification, unless some run already; returns when, in
   * milliseconds since 1970.
   */
  start(need: { readonly read: ReadSpecification; readonly count: number }): Promise<number | undefined>;
  stop(): Promise<void>;
}

export function createLocalScoring({ home, modules, onNote }: Session): LocalScoring {
  const running = new Map<Device, { readonly workers: LocalWorkers; readonly since: number }>();
  const restores: (() => Promise<void>)[] = [];
  return {
    start: async ({ read: { specification }, count }) => {
      const { execution } = specification;
      const need = permissionFor(specification);
      const env = createEnvironment(modules);
      restores.push(await withdrawBackgroundWorkers({ home, need, device: execution.device, env, onNote }));
      const known = running.get(execution.device);
      if (known || count === 0) return known?.since;
      const workers = startLocalWorkers({ home, count, device: execution.device, env, onNote });
      const since = Date.now();
      running.set(execution.device, { workers, since });
      return since;
    },
    stop: async () => {
      await Promise.all([...running.values()].map(({ workers }) => workers.stop()));
      running.clear();
      await callAll(restores.splice(0));
    },
  };
}

/** Calls one after the other, also where one fails; the first error is thrown at the end. */
async function callAll(calls: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const call of calls) await call().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
