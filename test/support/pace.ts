// Slows scorers down, so that a search lasts until a test has acted on it, however busy the machine is;
// waiting costs no CPU.
import { join } from 'node:path';
import type { TestHome } from './home.js';

const PRELOADED = new URL('pace.mjs', import.meta.url).href;

export interface Pace {
  /** The environment of workers whose scorers follow the pace. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * Sets the delay from the next candidate on; 0 does not wait. With `Infinity`, candidates wait until another
   * delay is set.
   */
  set(millisecondsPerCandidate: number): void;
}

export function createPace(home: TestHome): Pace {
  const set = (milliseconds: number) => void home.write('pace', String(milliseconds));
  set(0);
  return {
    env: { ZEROSCOUT_TEST_PACE: join(home.dir, 'pace'), NODE_OPTIONS: `--import=${PRELOADED}` },
    set,
  };
}
