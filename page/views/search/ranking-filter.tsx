// Renders the field for a filter such as `flops < 100M and rank <= 500`, with help on its syntax.
import { useEffect, useState } from 'preact/hooks';
import type { RankingColumn } from '../../table/use-ranking-pages.js';

export interface RankingFilterProps {
  readonly filter: string;
  readonly columns: readonly RankingColumn[];
  readonly onFilter: (text: string) => void;
}

export function RankingFilter({ filter, columns, onFilter }: RankingFilterProps) {
  const [text, setText] = useState(filter);
  useEffect(() => setText(filter), [filter]);
  return (
    <form
      class="row filter"
      onSubmit={(event) => {
        event.preventDefault();
        onFilter(text.trim());
      }}
    >
      <label class="grow">
        Filter{' '}
        <input
          type="search"
          value={text}
          placeholder="flops < 100M and rank <= 500"
          aria-describedby="filter-help"
          onInput={(event) => {
            setText(event.currentTarget.value);
            if (event.currentTarget.value === '') onFilter('');
          }}
        />
      </label>
      <button type="submit">Filter</button>
      <details class="help">
        <summary>How</summary>
        <div id="filter-help" class="pop">
          <p>
            Compare columns with numbers or texts: <code>&lt; &lt;= &gt; &gt;= = !=</code>, <code>~</code> for
            texts that hold another. Join with <code>and</code>, <code>or</code>, <code>not</code> and
            parentheses. Numbers may end in k, M or G.
          </p>
          <p>
            {columns.length > 0 && `Columns: ${columns.map(({ name }) => name).join(', ')}; `}
            <code>flops</code> and <code>complexity</code> stand for each other where only one is a column.
          </p>
        </div>
      </details>
    </form>
  );
}
