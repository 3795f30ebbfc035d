// Ends a call into code of others that takes too long. Such code runs on the only thread, so that nothing else could end it.
import { Script } from 'node:vm';

const SLOT = Symbol.for('zeroscout.limited-call');
const call = new Script(`globalThis[Symbol.for('zeroscout.limited-call')]()`);

/** Answers what `work` answers, or throws once `limitMs` have passed. A `catch` in the work itself cannot prevent that. */
export function callLimited<T>({ work, limitMs }: { readonly work: () => T; readonly limitMs: number }): T {
  const slots = globalThis as { [SLOT]?: () => T };
  const before = slots[SLOT];
  slots[SLOT] = work;
  try {
    return call.runInThisContext({ timeout: limitMs }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new Error(`did not answer within ${limitMs / 1000} s`);
  } finally {
    if (before === undefined) delete slots[SLOT];
    else slots[SLOT] = before;
  }
}
