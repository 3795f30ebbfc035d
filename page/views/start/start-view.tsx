// Starts a search from a specification, which is checked during typing.
import { useEffect, useState } from 'preact/hooks';
import { type AskError, ask, searchPath } from '../../api/ask.js';
import { useIsOperator } from '../../api/session.js';
import { asAskError, useAnswer } from '../../api/use-answer.js';
import { ProblemNote } from '../../parts/notes.js';
import { useQuery } from '../../parts/use-query.js';
import { useStartSearch } from '../../parts/use-start-search.js';
import { useTitle } from '../../parts/use-title.js';
import { formatAmount } from '../../text/format.js';
import { EXAMPLE, EXAMPLES } from './examples.js';
import { SimpleForm } from './simple-form.js';

const CHECK_MS = 400;
/** The time until a text is checked again that an unavailable server did not check. */
const AGAIN_MS = 3_000;

export function StartView() {
  useTitle('New search');
  const [query] = useQuery();
  const from = query.get('from') ?? '';
  const before = useAnswer<string>(from === '' ? undefined : searchPath(from, '/specification'));
  const [text, setText] = useState(from === '' ? EXAMPLE : '');
  useEffect(() => {
    if (before.data !== undefined) setText(before.data);
  }, [before.data]);
  return (
    <>
      <h1>New search</h1>
      <ProblemNote problem={before.problem} />
      <div class="columns">
        <section>
          <label class="field">
            <strong>Specification (YAML)</strong>
            <textarea
              class="mono"
              rows={22}
              spellcheck={false}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
          <Start text={text} />
        </section>
        <div>
          <section>
            <h2>Examples</h2>
            <div class="choices">
              {EXAMPLES.map((example) => (
                <button key={example.title} type="button" onClick={() => setText(example.text)}>
                  {example.title}
                </button>
              ))}
            </div>
          </section>
          <SimpleForm onText={setText} />
        </div>
      </div>
    </>
  );
}

interface Checked {
  readonly candidates?: number;
  readonly id: string | null;
}

function Start({ text }: { readonly text: string }) {
  const isOperator = useIsOperator();
  const { checked, problem: mistake } = useCheck(text);
  const { start, problem, isStarting } = useStartSearch(text);
  return (
    <>
      <div aria-live="polite">
        <ProblemNote problem={mistake ?? problem} />
        {checked && (
          <p class="note good">
            It is right
            {checked.candidates !== undefined && `: ${formatAmount(checked.candidates, 'candidate')}`}.
          </p>
        )}
      </div>
      {isOperator ? (
        <button type="button" class="main" disabled={!checked || isStarting} onClick={start}>
          {isStarting ? 'Starting ...' : 'Start'}
        </button>
      ) : (
        <p class="quiet">To start it, open the link that zeroscout ui printed; you look as a viewer.</p>
      )}
    </>
  );
}

/** Checks the current text, shortly after the last key press, and again while a server is unavailable. */
function useCheck(text: string) {
  const [state, setState] = useState<{ readonly checked?: Checked; readonly problem?: AskError }>({});
  useEffect(() => {
    setState({});
    if (text.trim() === '') return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const check = () => {
      ask<Checked>('/specifications/check', {
        method: 'POST',
        body: { specification: text },
        signal: stop.signal,
      }).then(
        (checked) => setState({ checked }),
        (error: unknown) => {
          if (stop.signal.aborted) return;
          const problem = asAskError(error);
          setState({ problem });
          if (problem.isPassing) timer = setTimeout(check, AGAIN_MS);
        },
      );
    };
    timer = setTimeout(check, CHECK_MS);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [text]);
  return { checked: state.checked, problem: state.problem };
}
