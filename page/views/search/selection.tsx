// Renders the candidates that were selected in the ranking side by side, and saves them as CSV.
import type { RankingCells, RankingColumn } from '../../table/use-ranking-pages.js';
import { csvOf } from '../../text/csv.js';
import { formatCount, formatValue } from '../../text/format.js';
import { saveText } from '../../text/save.js';

/** The most candidates that are shown side by side; a CSV contains all. */
const SIDE_BY_SIDE = 8;

export interface SelectionProps {
  readonly columns: readonly RankingColumn[];
  readonly rows: readonly RankingCells[];
  readonly onRemove: (row: RankingCells) => void;
  readonly onClear: () => void;
}

export function Selection({ columns, rows, onRemove, onClear }: SelectionProps) {
  if (rows.length === 0)
    return <p class="quiet">Select candidates (space bar, or the box) to compare and export them.</p>;
  const names = columns.map(({ name }) => name);
  const shown = rows.slice(0, SIDE_BY_SIDE);
  return (
    <section>
      <div class="row between">
        <h2>{formatCount(rows.length)} selected</h2>
        <div class="row">
          <button
            type="button"
            onClick={() => saveText({ name: 'selected.csv', text: csvOf(names, rows), type: 'text/csv' })}
          >
            Save as CSV
          </button>
          <button type="button" onClick={onClear}>
            Select none
          </button>
        </div>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label="Selected candidates side by side">
        <table class="side">
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {shown.map((row) => (
                  <td
                    key={String(row.candidate)}
                    class={name === 'candidate' || name === 'class' ? 'mono' : 'number'}
                  >
                    <bdi>{formatValue(row[name])}</bdi>
                  </td>
                ))}
              </tr>
            ))}
            <tr>
              <th scope="row">
                <span class="hidden">remove</span>
              </th>
              {shown.map((row) => (
                <td key={String(row.candidate)}>
                  <button type="button" onClick={() => onRemove(row)} aria-label={`remove rank ${row.rank}`}>
                    Remove
                  </button>
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </div>
      {rows.length > shown.length && (
        <p class="quiet">The first {SIDE_BY_SIDE} are shown; the CSV has all.</p>
      )}
    </section>
  );
}
