// Stores the candidates that a run set aside on a JetStream stream, with one subject for each run and
// candidate.
import { checkToken, compareByCandidate, decodeFailure, encodeFailure, tokenOf } from './codec.js';
import { readPages } from './facts.js';
import type { Link } from './link.js';
import { putPlaced, subjectOfPlace } from './places.js';
import type { Failure, FailureStore } from './store.js';
import { FAILURES } from './streams.js';

const { stream, prefix } = FAILURES;

export function createFailures({ link }: { readonly link: Link }): FailureStore {
  return {
    async put(run, failures) {
      checkToken({ what: 'run', value: run });
      const facts = failures.map((failure) => ({
        subject: `${prefix}.${run}.${tokenOf(failure.candidate)}`,
        json: encodeFailure(failure),
        holds: (text: string) => failureIn(text)?.candidate === failure.candidate,
      }));
      // No caller needs to know whether a failure is new, so it does not matter which process stored it.
      await putPlaced({ link, stream, describe: 'storing failures', facts, isOwnFact: () => true });
    },

    async list(run) {
      checkToken({ what: 'run', value: run });
      const filter = `${prefix}.${run}.*`;
      // The list is keyed by candidate, because a failure whose first place was unreadable for a moment is
      // stored twice.
      const failures = new Map<string, Failure>();
      for await (const page of readPages({
        link,
        stream,
        describe: 'listing failures',
        filter,
        batch: 1_000,
      }))
        for (const message of page) {
          const failure = failureIn(message.string());
          const belongs = failure && `${prefix}.${run}.${tokenOf(failure.candidate)}`;
          if (failure && subjectOfPlace(message.subject) === belongs)
            failures.set(failure.candidate, failures.get(failure.candidate) ?? failure);
          else
            link.onDamage({
              stream,
              subject: message.subject,
              why: 'does not hold the failure that belongs there',
            });
        }
      return [...failures.values()].sort(compareByCandidate);
    },
  };
}

/** The failure in a text, or undefined if there is none. */
function failureIn(text: string): Failure | undefined {
  try {
    return decodeFailure(text);
  } catch {
    return undefined;
  }
}
