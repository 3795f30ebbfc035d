// Defines the workflow in which a control worker measures the latencies of the first candidates of a finished
// ranking on its machine.
import type { LatencyInput, LatencyResult } from '../core/contract/latency.js';
import { control } from './control.js';

export function measureLatencies(input: LatencyInput): Promise<LatencyResult> {
  // The activity checks the input; until then none of its fields can be relied on.
  const summary = `latencies of the first ${input?.top} of a ranking`;
  return control.measureLatencies.executeWithOptions({ summary }, [input]);
}
