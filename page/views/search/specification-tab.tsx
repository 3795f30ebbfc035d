// Renders the specification of a search as YAML with every default, for copying.
import { Link } from 'wouter-preact';
import { searchPath } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { CopyButton } from '../../parts/copy-button.js';
import { ProblemNote } from '../../parts/notes.js';
import type { SearchTabProps } from './search-view.js';

export function SpecificationTab({ id }: SearchTabProps) {
  const { data, problem } = useAnswer<string>(searchPath(id, '/specification'));
  if (data === undefined)
    return problem ? <ProblemNote problem={problem} /> : <p class="quiet">Loading ...</p>;
  return (
    <section>
      <div class="row between">
        <h2>Specification</h2>
        <div class="row">
          <CopyButton text={data} name="Copy as YAML" />
          <Link class="button" href={`/start?from=${encodeURIComponent(id)}`}>
            Run again with changes
          </Link>
        </div>
      </div>
      <pre class="code" tabIndex={0}>
        {data}
      </pre>
    </section>
  );
}
