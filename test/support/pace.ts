// Holds scorers back, so that a search lasts until a test has done what it does meanwhile, however busy the machine; waiting costs no CPU.
import { join } from 'node:path';
import type { TestHome } from './home.js';

const PRELOADED = new URL('pace.mjs', import.meta.url).href;

export interface Pace {
  /** The environment of workers whose scorers keep the pace. */
  readonly env: NodeJS.ProcessEnv;
  /** From the next candidate on; 0 does not wait. */
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
