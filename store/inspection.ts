// Checks and repairs a whole store, for `zeroscout store check`.
import {
  type CheckCount,
  checkBlobs,
  checkFacts,
  chunksOf,
  type DamagedMessage,
  FACT_KINDS,
  isFactOf,
  type WholeBlob,
} from './check.js';
import { type ConnectOptions, connectLink } from './connect.js';
import type { Link } from './link.js';
import { subjectOfPlace } from './places.js';
import { readLast } from './read-last.js';
import { type KeptMessage, rewriteStream } from './rewrite.js';
import { BLOB_STREAM, ensureStreams } from './streams.js';
import { subjectPages } from './subject-pages.js';

export type { CheckCount, CheckedKind, DamagedMessage } from './check.js';

/** Chunks whose entry is still missing after this time belong to no blob. */
const ORPHAN_AGE_MS = 10 * 60_000;
const SUBJECTS_AT_ONCE = 1_000;

export interface Inspection {
  /** Reads everything and calls `onDamage` for each damaged message. */
  check(onDamage: (damaged: DamagedMessage) => void): Promise<CheckCount[]>;
  /**
   * Rewrites the streams of these checks without the damaged messages. No process should write to the store
   * meanwhile.
   */
  repair(checked: readonly CheckCount[]): Promise<void>;
  close(): Promise<void>;
}

export async function openInspection(
  options: ConnectOptions,
  { orphanAgeMs = ORPHAN_AGE_MS }: { readonly orphanAgeMs?: number } = {},
): Promise<Inspection> {
  const link = await connectLink(options);
  try {
    await ensureStreams({ link, replicas: options.replicas ?? 1 });
  } catch (error) {
    await link.close();
    throw error;
  }
  return {
    async check(onDamage) {
      const checked: (CheckCount | undefined)[] = [];
      for (const what of FACT_KINDS) checked.push(await checkFacts(what, { link, onDamage }));
      checked.push(await checkBlobs({ link, onDamage }, { orphanAgeMs }));
      return checked.filter((one): one is CheckCount => one !== undefined);
    },
    async repair(checked) {
      for (const { kind, stream, damaged } of checked) {
        if (damaged === 0) continue;
        const kept =
          kind === 'blobs' ? () => wholeBlobs({ link, orphanAgeMs }) : () => wholeFacts({ link, kind });
        await rewriteStream({ link, stream, kept, perSubject: kind === 'blobs' ? 'many' : 'one' });
      }
    },
    close: () => link.close(),
  };
}

/** Each fact once, under its own subject, whichever place it is in now. */
async function* wholeFacts({
  link,
  kind,
}: {
  readonly link: Link;
  readonly kind: CheckCount['kind'];
}): AsyncGenerator<KeptMessage[]> {
  const what = FACT_KINDS.find((fact) => fact.kind === kind)!;
  const { stream, prefix } = what;
  const filter = `${prefix}.>`;
  for await (const subjects of subjectPages({ link, stream, filter, size: SUBJECTS_AT_ONCE })) {
    const { held } = await readLast({ link, stream, describe: `copying ${kind}`, subjects });
    yield held
      .filter((each) => isFactOf(what, each.subject(), each.text))
      .map((each) => ({ subject: subjectOfPlace(each.subject()), data: each.text }));
  }
}

async function* wholeBlobs(given: {
  readonly link: Link;
  readonly orphanAgeMs: number;
}): AsyncGenerator<KeptMessage[]> {
  const { link, orphanAgeMs } = given;
  const blobs: WholeBlob[] = [];
  await checkBlobs({ link, onDamage: () => {} }, { orphanAgeMs, onWhole: (blob) => blobs.push(blob) });
  for (const { subject, nuid } of blobs) {
    for await (const page of chunksOf({ link, nuid }))
      yield page.map((message) => ({ subject: message.subject, data: message.data }));
    const { held } = await readLast({
      link,
      stream: BLOB_STREAM,
      describe: 'copying blobs',
      subjects: [subject],
    });
    yield held.map(({ text }) => ({ subject, data: text }));
  }
}
