// Cases of recurrent layers. Images are sequences [steps, batch, channels].
import { type CaseInput, type OperatorCase, weight } from './operator-case.js';

const x = [5, 3, 4];
const HIDDEN = 6;

/** W, R and B of so many gates and directions. */
const inputs = (gates: number, directions = 1): readonly CaseInput[] => [
  weight(directions, gates * HIDDEN, x[2]!),
  weight(directions, gates * HIDDEN, HIDDEN),
  weight(directions, 2 * gates * HIDDEN),
];
const hidden = { hidden_size: HIDDEN };

export const RECURRENT_CASES: readonly OperatorCase[] = [
  {
    op: 'GRU',
    x,
    inputs: inputs(3, 2),
    attributes: { ...hidden, direction: 'bidirectional' },
    withoutReference: true,
  },
  { op: 'LSTM', x, inputs: inputs(4), attributes: hidden },
  { op: 'LSTM', x, inputs: inputs(4).slice(0, 2), attributes: hidden },
  { op: 'GRU', x, inputs: inputs(3), attributes: hidden },
  { op: 'GRU', x, inputs: inputs(3), attributes: { ...hidden, linear_before_reset: 1 } },
  { op: 'RNN', x, inputs: inputs(1), attributes: hidden },
  // The reference evaluator knows one direction, forward.
  ...(['LSTM', 'GRU', 'RNN'] as const).map((op): OperatorCase => {
    const gates = { LSTM: 4, GRU: 3, RNN: 1 }[op];
    const attributes = {
      ...hidden,
      direction: 'bidirectional',
      ...(op === 'GRU' ? { linear_before_reset: 1 } : {}),
    };
    return { op, x, inputs: inputs(gates, 2), attributes, withoutReference: true };
  }),
  // First states, which are learned.
  ...(['LSTM', 'GRU', 'RNN'] as const).map((op): OperatorCase => {
    const gates = { LSTM: 4, GRU: 3, RNN: 1 }[op];
    const state = weight(2, x[1]!, HIDDEN);
    const states: CaseInput[] = ['absent', state, ...(op === 'LSTM' ? [state] : [])];
    const attributes = { ...hidden, direction: 'bidirectional' };
    return { op, x, inputs: [...inputs(gates, 2), ...states], attributes, withoutReference: true };
  }),
  {
    op: 'LSTM',
    x,
    inputs: inputs(4),
    attributes: { ...hidden, direction: 'reverse' },
    withoutReference: true,
  },
];
