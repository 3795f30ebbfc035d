// Has a control worker measure the latencies of the first of a finished ranking on its machine.
import type { LatencyInput, LatencyResult } from '../core/contract/latency.js';
import { control } from './control.js';

export function measureLatencies(input: LatencyInput): Promise<LatencyResult> {
  // The activity checks the input; nothing is taken for granted before it has.
  const summary = `latencies of the first ${input?.top} of a ranking`;
  return control.measureLatencies.executeWithOptions({ summary }, [input]);
}
