// Renders the steps of a search as a line that marks the current one, and in screening the current round.
import type { SearchProgress } from '../../../http/answers.js';

const STEPS: readonly (readonly [phases: readonly string[], name: string])[] = [
  [['starting', 'planning', 'breeding'], 'draw candidates'],
  [['auditing'], 'look up known scores'],
  [['scoring'], 'score'],
  [['verifying'], 'verify'],
  [['ranking'], 'rank'],
  [['reporting', 'done'], 'report'],
];

export function Stages({ progress: { phase, round } }: { readonly progress: SearchProgress }) {
  const at = STEPS.findIndex(([phases]) => phases.includes(phase));
  return (
    <>
      {round.of > 1 && (
        <p>
          Round {round.number} of {round.of} of screening
        </p>
      )}
      <ol class="stages">
        {STEPS.map(([, name], i) => (
          <li
            key={name}
            class={i < at ? 'past' : i === at ? 'now' : ''}
            aria-current={i === at ? 'step' : undefined}
          >
            {name}
          </li>
        ))}
      </ol>
    </>
  );
}
