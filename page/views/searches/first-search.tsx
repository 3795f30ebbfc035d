// Renders the empty list of searches: how to start the first one, here or from a terminal.
import { useIsOperator } from '../../api/session.js';
import { CopyButton } from '../../parts/copy-button.js';
import { Empty, ProblemNote } from '../../parts/notes.js';
import { useStartSearch } from '../../parts/use-start-search.js';
import { EXAMPLE } from '../start/examples.js';

export function FirstSearch() {
  const isOperator = useIsOperator();
  const { start, problem, isStarting } = useStartSearch(EXAMPLE);
  return (
    <Empty title="No search yet">
      <p>
        A search draws candidate networks from a space, scores each without training it, and ranks them. This
        one scores 50 cells of NAS-Bench-201; it takes some seconds on a laptop.
      </p>
      <pre class="code" tabIndex={0}>
        {EXAMPLE}
      </pre>
      <div class="row">
        {isOperator && (
          <button type="button" class="main" onClick={start} disabled={isStarting}>
            {isStarting ? 'Starting ...' : 'Run this example'}
          </button>
        )}
        <CopyButton text={EXAMPLE} name="Copy the specification" />
      </div>
      <ProblemNote problem={problem} />
      <p>
        From a terminal: save it as <code>first.yaml</code> and run <code>npx zeroscout run first.yaml</code>.
        {!isOperator &&
          ' To start searches here, open the link that zeroscout ui printed; you look as a viewer.'}
      </p>
    </Empty>
  );
}
