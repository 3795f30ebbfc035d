// Offers the measuring of latencies to programs.
import { checkOptions } from '../check-options.js';
import type { Session } from '../connections/session.js';
import type { Latencies } from '../results/latencies.js';
import { type MeasureRequest, measureLatencies } from './measure-latencies.js';

export interface MeasureOptions {
  /** The first so many of the ranking; 20 without it. */
  readonly top?: number;
  /** Whether those are measured again that have a latency; `missing` without it. */
  readonly which?: MeasureRequest['which'];
  /** Called with one line whenever the state has changed. */
  readonly onStep?: (text: string) => void;
}

export interface LatencyMeasurements {
  /** By candidate, in milliseconds with their spread; true of the machine of the control worker alone. */
  measure(id: string, options?: MeasureOptions): Promise<Latencies>;
}

export function createLatencies(session: Session): LatencyMeasurements {
  return {
    measure: async (id, options = {}) => {
      checkOptions('measure', options);
      const { top = 20, which = 'missing', onStep = () => {} } = options;
      const { signal: stop } = new AbortController();
      const measured = await measureLatencies(session, { id, top, which, onStep, stop });
      // Nobody stops it: `stop` is never aborted.
      if (measured === 'stopped') throw new Error('measuring was stopped');
      return measured.latencies;
    },
  };
}
