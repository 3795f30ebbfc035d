// Ends a call into foreign code that takes too long. Such code runs on the only thread, so nothing else could
// end it.
import { Script } from 'node:vm';

const SLOT = Symbol.for('zeroscout.limited-call');
const call = new Script(`globalThis[Symbol.for('zeroscout.limited-call')]()`);

/**
 * Returns what `work` returns, or throws once `limitMs` have passed. A `catch` inside the work cannot prevent
 * that.
 */
export function callLimited<T>({ work, limitMs }: { readonly work: () => T; readonly limitMs: number }): T {
  const slots = globalThis as { [SLOT]?: () => T };
  const before = slots[SLOT];
  slots[SLOT] = work;
  try {
    return call.runInThisContext({ timeout: limitMs }) as T;
  } catch (error) {
    // The work may throw anything, such as null.
    if ((error as NodeJS.ErrnoException | null | undefined)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw error;
    throw new Error(`did not answer within ${limitMs / 1000} s`);
  } finally {
    if (before === undefined) delete slots[SLOT];
    else slots[SLOT] = before;
  }
}
