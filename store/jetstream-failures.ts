// In: candidates that a run set aside. Out: the same on a JetStream stream, one subject for each run and candidate.
import { byCandidate, checkToken, decodeFailure, encodeFailure, tokenOf } from './codec.js';
import { putFacts, readPages } from './facts.js';
import type { Link } from './link.js';
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
      }));
      // nobody is told whether a failure is new, so whose it is does not matter
      await putFacts({ link, stream, describe: 'storing failures', facts, isOurs: () => true });
    },

    async list(run) {
      checkToken({ what: 'run', value: run });
      const filter = `${prefix}.${run}.*`;
      const failures: Failure[] = [];
      for await (const page of readPages({
        link,
        stream,
        describe: 'listing failures',
        filter,
        batch: 1_000,
      }))
        failures.push(...page.map((message) => decodeFailure(message.string())));
      return failures.sort(byCandidate);
    },
  };
}
