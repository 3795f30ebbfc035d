// Formats the findings of a search's verification for people.
import type { Verification } from '../../core/contract/verification.js';
import { paint } from './terminal.js';

type Found = Pick<
  Verification,
  | 'scores'
  | 'verified'
  | 'notVerified'
  | 'disagreements'
  | 'examples'
  | 'setAside'
  | 'suspected'
  | 'discarded'
> & { readonly why?: string | undefined };

/** One line for each finding; the first says how much was verified. */
export function formatVerification(found: Found): string[] {
  const { scores, verified, notVerified, why, disagreements, examples, setAside, suspected } = found;
  const agreed = disagreements === 0 ? 'all agree' : `${disagreements} disagree`;
  const lines = [
    `verified: ${verified} of ${scores} scores computed again by another worker${verified ? `, ${agreed}` : ''}`,
  ];
  if (notVerified > 0)
    lines.push(paint.yellow(`not verified: ${notVerified} scores (${why ?? 'no second worker'})`));
  if (setAside.length > 0) {
    const names = setAside.map((name) => name || 'a worker without a name').join(', ');
    lines.push(
      paint.red(
        `set aside, its numbers are wrong: ${names}; ${found.discarded} scores discarded and computed again`,
      ),
    );
  }
  if (suspected.length > 0)
    lines.push(
      paint.red(
        `suspected: ${suspected.join(', ')}; they disagree and no third worker has decided, so that scores may be wrong: start a third one and search again`,
      ),
    );
  for (const { score, worker, verifier, difference } of examples.slice(0, 3))
    lines.push(
      `  ${score}: stored by ${worker || 'a worker without a name'}, again by ${verifier}: ${difference}`,
    );
  return lines;
}
