// Lists the subjects of a stream page by page, because nats-server returns at most 100,000 at once.
import type { Link } from './link.js';
import { TransientFault } from './retry.js';

interface Answer {
  readonly state?: { readonly subjects?: Readonly<Record<string, number>> };
  readonly total?: number;
  readonly error?: { readonly description: string };
}

interface SubjectPagesArguments {
  readonly link: Link;
  readonly stream: string;
  readonly filter: string;
  readonly size: number;
}

/**
 * Yields `size` subjects at a time, in unspecified order. Subjects that appear or disappear meanwhile may be
 * missed.
 */
export async function* subjectPages(given: SubjectPagesArguments): AsyncGenerator<readonly string[]> {
  const { link, stream, filter, size } = given;
  for (let offset = 0; ; ) {
    const question = JSON.stringify({ subjects_filter: filter, offset });
    const answer = await link.call(`listing ${stream}`, async () => {
      const message = await link.connection.request(`$JS.API.STREAM.INFO.${stream}`, question, {
        timeout: 30_000,
      });
      const read = message.json<Answer>();
      if (read.error) throw new TransientFault(read.error.description);
      return read;
    });
    const subjects = Object.keys(answer.state?.subjects ?? {});
    for (let at = 0; at < subjects.length; at += size) yield subjects.slice(at, at + size);
    offset += subjects.length;
    if (subjects.length === 0 || offset >= (answer.total ?? 0)) return;
  }
}
