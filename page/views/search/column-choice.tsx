// Renders the choice of a ranking's columns, which is stored in this browser.
import { useState } from 'preact/hooks';
import type { RankingColumn } from '../../table/use-ranking-pages.js';

const KEY = 'zeroscout-hidden-columns';
/** The columns that are hidden by default; the class of a candidate is the text of a candidate. */
const USUAL = ['class'];
const ALWAYS: ReadonlySet<string> = new Set(['rank', 'candidate']);

export function useHiddenColumns() {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(readKept);
  const set = (next: ReadonlySet<string>) => {
    setHidden(next);
    try {
      localStorage.setItem(KEY, JSON.stringify([...next]));
    } catch {
      // A browser without storage shows all columns the next time.
    }
  };
  return [hidden, set] as const;
}

function readKept(): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return new Set(Array.isArray(kept) ? kept.map(String) : USUAL);
  } catch {
    return new Set(USUAL);
  }
}

export interface ColumnChoiceProps {
  readonly columns: readonly RankingColumn[];
  readonly hidden: ReadonlySet<string>;
  readonly onChange: (hidden: ReadonlySet<string>) => void;
}

export function ColumnChoice({ columns, hidden, onChange }: ColumnChoiceProps) {
  const toggle = (name: string) => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    onChange(next);
  };
  return (
    <details class="help">
      <summary>Columns</summary>
      <fieldset class="pop right">
        <legend class="hidden">Columns that are shown</legend>
        {columns
          .filter(({ name }) => !ALWAYS.has(name))
          .map(({ name }) => (
            <label key={name} class="check">
              <input type="checkbox" checked={!hidden.has(name)} onChange={() => toggle(name)} /> {name}
            </label>
          ))}
      </fieldset>
    </details>
  );
}
