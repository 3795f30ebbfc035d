// Opens stores and connections of all roles: the targets of attackers, and messages that would do harm as
// requests.
import { type JetStreamManager, jetstreamManager, StorageType } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { tokenOf } from '../../store/codec.js';
import type { Store } from '../../store/store.js';
import { FAILURES, LATENCIES, NAMESPACES, SCORES } from '../../store/streams.js';
import type { Role, Victims } from './role-tricks.js';

const BLOBS = 'OBJ_zeroscout-blobs';
/**
 * The stream that records which score workers were set aside, in which a record may be replaced.
 */
const WORKERS = 'ZEROSCOUT_WORKERS';

/**
 * The targets of attackers, and messages that an accomplice score worker has stored, to be sent on as
 * answers.
 */
export async function plant({
  stores,
  raw,
  jsm,
}: {
  readonly stores: Record<Role, Store>;
  readonly raw: Record<Role, NatsConnection>;
  readonly jsm: JetStreamManager;
}): Promise<Victims> {
  const digest = await stores.control.blobs.put(Buffer.from('candidate list'));
  const other = await stores.control.blobs.put(Buffer.from('another'));
  await stores.score.scores.put('victim', [{ key: 'a', proxies: { p: 1 } }]);
  await stores.score.failures.put('victim', [{ candidate: 'a', reason: 'crash', detail: '' }]);
  await stores.control.latencies.put('victim', [{ key: 'a', proxies: { latency: 1 } }]);
  const record = `zeroscout.worker.${tokenOf('worker')}`;
  const control = await jetstreamManager(raw.control, { checkAPI: false });
  const each = { storage: StorageType.File, max_msgs_per_subject: 1, allow_direct: true };
  await control.streams.add({ name: WORKERS, subjects: ['zeroscout.worker.*'], ...each });
  await raw.control.request(record, 'set aside');
  await stores.control.namespaces.put({ id: 'a-1', name: 'team', seen: 1 });
  const { config } = await jsm.streams.info(SCORES.stream);
  const payloads = [
    '',
    JSON.stringify({ seq: 1 }),
    JSON.stringify({ filter: '>' }),
    JSON.stringify({ ...config, allow_rollup_hdrs: true, discard: 'old', discard_new_per_subject: false }),
    JSON.stringify({
      ...config,
      name: 'EVIL',
      subjects: ['evil.>'],
      republish: { src: '>', dest: '$JS.API.>' },
    }),
    JSON.stringify({
      stream_name: SCORES.stream,
      config: { deliver_subject: 'zeroscout.score.victim.pushed' },
    }),
    JSON.stringify({ shard: 0, scored: 9, reused: 9, failed: 9 }),
  ];
  for (const [i, payload] of payloads.entries())
    await raw.score.request(`zeroscout.score.evil.${i}`, payload);
  const evil = payloads.map((_, i) => `zeroscout.score.evil.${i}`);
  const seqs = await Promise.all(
    evil.map(async (last_by_subj) => (await jsm.streams.getMessage(SCORES.stream, { last_by_subj }))!.seq),
  );
  const meta = (name: string) =>
    `$O.zeroscout-blobs.M.${Buffer.from(name).toString('base64').replaceAll('+', '-').replaceAll('/', '_')}`;
  const entry = await jsm.streams.getMessage(BLOBS, { last_by_subj: meta(digest) });
  return {
    digest,
    config: JSON.stringify(config),
    score: `zeroscout.score.victim.${tokenOf('a')}`,
    absent: `zeroscout.score.victim.${tokenOf('b')}`,
    failure: `zeroscout.failure.victim.${tokenOf('a')}`,
    latency: `zeroscout.latency.victim.${tokenOf('b')}`,
    record,
    namespace: `${NAMESPACES.prefix}.a-1`,
    meta: meta(digest),
    otherMeta: meta(other),
    chunks: `$O.zeroscout-blobs.C.${entry!.json<{ nuid: string }>().nuid}`,
    evil,
    seqs,
    streams: [SCORES.stream, LATENCIES.stream, FAILURES.stream, BLOBS, WORKERS, NAMESPACES.stream],
  };
}
