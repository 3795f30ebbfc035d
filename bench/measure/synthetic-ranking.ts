// Writes a ranking of made-up values, of any length, for measurements and tests of what reads rankings.
import { cellAt, printCell } from '../../core/spaces/nas-bench-201/cell.js';

/** Rows in the form of ranking.csv: cells of NAS-Bench-201 with a number appended, and weakly correlated values. */
export function* syntheticRanking(rows: number): Generator<string> {
  yield 'rank,candidate,score,expressivity,progressivity,trainability,complexity,parameters\n';
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let lines = '';
  for (let rank = 1; rank <= rows; rank++) {
    const good = 1 - rank / rows;
    const flops = Math.round((7 + 146 * (0.7 * good + 0.3 * next())) * 1e6);
    lines += `${rank},${printCell(cellAt(rank % 15_625))}#${rank},${(Math.log(good + 1e-7) * 2).toFixed(9)},${(6 + 7 * good + next()).toFixed(9)},${(good + next() - 1).toFixed(9)},${(-next() * 3).toFixed(9)},${flops},${Math.round(flops / 138)}\n`;
    if (rank % 10_000 === 0) {
      yield lines;
      lines = '';
    }
  }
  if (lines !== '') yield lines;
}
