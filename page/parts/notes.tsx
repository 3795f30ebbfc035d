// What a view says where it has nothing to show: that there is nothing yet, or why it cannot.
import type { ComponentChildren } from 'preact';
import type { AskError } from '../api/ask.js';

export function Empty({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class="empty">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** The problem with each field that is wrong. */
export function ProblemNote({ problem }: { readonly problem: AskError | undefined }) {
  if (!problem) return null;
  return (
    <div class="note bad" role="alert">
      {problem.issues.length === 0 ? (
        <p>{problem.message}</p>
      ) : (
        <ul>
          {problem.issues.map(({ path, message }) => (
            <li key={path + message}>
              <code>{path}</code>: {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
