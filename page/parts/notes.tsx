// Renders the text of a view without data: that there are none yet, or the reason why they cannot be shown.
import type { ComponentChildren } from 'preact';
import type { AskError } from '../api/ask.js';
import { placeOf } from '../text/place-of.js';

export function Empty({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class="empty">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Renders the problem with each invalid field. */
export function ProblemNote({ problem }: { readonly problem: AskError | undefined }) {
  if (!problem) return null;
  return (
    <div class="note bad" role="alert">
      {problem.issues.length === 0 ? (
        <p>{problem.message}</p>
      ) : (
        <ul>
          {problem.issues.map((issue) => (
            <li key={JSON.stringify(issue)}>
              <code>{issue.path}</code>: {placeOf(issue)}
              {issue.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
