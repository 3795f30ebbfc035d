// Offers measuring latencies to programs.
import { checkOptions } from '../check-options.js';
import type { Session } from '../connections/session.js';
import type { Latencies } from '../results/latencies.js';
import { type MeasureRequest, measureLatencies } from './measure-latencies.js';

export interface MeasureOptions {
  /** The number of candidates from the top of the ranking; 20 by default. */
  readonly top?: number;
  /** Whether candidates that have a latency are measured again; `missing` by default. */
  readonly which?: MeasureRequest['which'];
  /** Called with one line after every change of state. */
  readonly onStep?: (text: string) => void;
}

export interface LatencyMeasurements {
  /**
   * The latencies by candidate, in milliseconds with their quartiles. They are valid only for the control
   * worker's machine.
   */
  measure(id: string, options?: MeasureOptions): Promise<Latencies>;
}

export function createLatencies(session: Session): LatencyMeasurements {
  return {
    measure: async (id, options = {}) => {
      checkOptions('measure', options);
      const { top = 20, which = 'missing', onStep = () => {} } = options;
      const { signal: stop } = new AbortController();
      const measured = await measureLatencies(session, { id, top, which, onStep, stop });
      // `stop` is never aborted, so measuring cannot be stopped.
      if (measured === 'stopped') throw new Error('measuring was stopped');
      return measured.latencies;
    },
  };
}
