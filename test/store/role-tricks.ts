// Lists the requests that a role may make, and the subjects at which no answer to them may arrive.

export const USERS = {
  admin: 'zeroscout',
  control: 'zeroscout-control',
  score: 'zeroscout-score',
  reader: 'zeroscout-reader',
} as const;
export type Role = keyof typeof USERS;

export interface Victims {
  /** The SHA-256 of a blob; subjects of its entry, of another entry, of its chunks. */
  readonly digest: string;
  readonly meta: string;
  readonly otherMeta: string;
  readonly chunks: string;
  /** Subjects of a score, of an absent score, of a failure, of an absent latency. */
  readonly score: string;
  readonly absent: string;
  readonly failure: string;
  readonly latency: string;
  /** The subject of a score worker's record. */
  readonly record: string;
  /** The subject of a namespace's record. */
  readonly namespace: string;
  /** Subjects and sequence numbers of messages whose texts would do harm as requests. */
  readonly evil: readonly string[];
  readonly seqs: readonly number[];
  /** The JSON of the score stream's configuration. */
  readonly config: string;
  readonly streams: readonly string[];
}

type Attacker = Exclude<Role, 'admin'>;

interface Given {
  readonly role: Attacker;
  readonly victims: Victims;
}

const API = '$JS.API';
const SCORES = 'ZEROSCOUT_SCORES';

/**
 * Requests whose answers have no text, a text of the server, or one that a score worker chose, with and
 * without headers.
 */
export function requestsOf({ role, victims }: Given) {
  const { evil, seqs, meta, chunks, config } = victims;
  const json = (value: unknown) => JSON.stringify(value);
  const direct = (stream: string, query: unknown) => ({
    subject: `${API}.DIRECT.GET.${stream}`,
    payload: json(query),
  });
  const reads = [
    { subject: `${API}.INFO`, payload: '' },
    { subject: `${API}.STREAM.INFO.${SCORES}`, payload: '' },
    direct(SCORES, { last_by_subj: 'no.such' }),
    ...evil.map((last_by_subj) => direct(SCORES, { last_by_subj })),
    direct(SCORES, { multi_last: evil }),
    direct(SCORES, { seq: 1, batch: 100, next_by_subj: '>' }),
    ...seqs.map((seq) => ({ subject: `${API}.STREAM.MSG.GET.${SCORES}`, payload: json({ seq }) })),
    direct('OBJ_zeroscout-blobs', { last_by_subj: meta }),
    direct('OBJ_zeroscout-blobs', { last_by_subj: chunks }),
    direct('ZEROSCOUT_FAILURES', { seq: 1, batch: 10 }),
  ];
  // Requests that are answered with a refusal, because what they would store exists.
  const writes = {
    score: [
      { subject: victims.score, payload: '{}' },
      { subject: victims.failure, payload: '{}' },
      { subject: 'zeroscout.progress.nobody', payload: '{}' },
    ],
    control: [
      { subject: `${API}.STREAM.CREATE.${SCORES}`, payload: config },
      { subject: victims.latency.replace(/[^.]+$/, ''), payload: '{}' },
    ],
    reader: [],
  };
  return [...reads, ...writes[role]];
}

/** Subjects at which an answer would do harm, except those that the role may use in any case. */
export function targetsOf({ role, victims }: Given): readonly string[] {
  const { streams, score, absent, failure, latency, record, namespace, meta, otherMeta, chunks } = victims;
  const all = [
    ...streams.flatMap((stream) => [
      `${API}.STREAM.PURGE.${stream}`,
      `${API}.STREAM.DELETE.${stream}`,
      `${API}.STREAM.UPDATE.${stream}`,
      `${API}.STREAM.MSG.DELETE.${stream}`,
      `${API}.STREAM.SNAPSHOT.${stream}`,
      `${API}.STREAM.RESTORE.${stream}`,
      `${API}.STREAM.LEADER.STEPDOWN.${stream}`,
      `${API}.STREAM.PEER.REMOVE.${stream}`,
      `${API}.CONSUMER.CREATE.${stream}`,
      `${API}.CONSUMER.CREATE.${stream}.leech`,
      `${API}.CONSUMER.DURABLE.CREATE.${stream}.leech`,
    ]),
    `${API}.STREAM.CREATE.EVIL`,
    `${API}.ACCOUNT.PURGE.ZEROSCOUT_STORE`,
    `${API}.META.LEADER.STEPDOWN`,
    `${API}.SERVER.REMOVE`,
    `$JS.zeroscout.API.STREAM.DELETE.${SCORES}`,
    '$SYS.REQ.SERVER.PING.CONNZ',
    '$SYS.REQ.ACCOUNT.PING.CONNZ',
    '$SYS.REQ.USER.INFO',
    `$JS.ACK.${SCORES}.leech.1.1.1.1.1`,
    score,
    absent,
    failure,
    latency,
    record,
    namespace,
    meta,
    otherMeta,
    chunks,
    'zeroscout.progress.search',
    '_R_.abcdef',
  ];
  const own = {
    score: ['zeroscout.score.', 'zeroscout.failure.', 'zeroscout.progress.'],
    control: [
      '$O.zeroscout-blobs.',
      'zeroscout.latency.',
      'zeroscout.worker.',
      'zeroscout.namespace.',
      `${API}.STREAM.PURGE.OBJ_zeroscout-blobs`,
      `${API}.STREAM.MSG.DELETE.${SCORES}`,
    ],
    reader: [],
  }[role];
  return all.filter((target) => !own.some((prefix) => target.startsWith(prefix)));
}

/** Headers that JetStream interprets as commands. */
export const HEADERS: readonly (readonly (readonly [string, string])[])[] = [
  [['Nats-Rollup', 'all']],
  [['Nats-Rollup', 'sub']],
  [['Nats-TTL', '1s']],
  [['Nats-Expected-Stream', 'ZEROSCOUT_SCORES']],
  [['Nats-Expected-Last-Subject-Sequence', '1']],
  [['Nats-Msg-Id', 'x']],
  [['Nats-Marker-Reason', 'Purge']],
  [['KV-Operation', 'PURGE']],
  [['Nats-Incr', '1']],
  [
    ['Nats-Batch-Id', 'b'],
    ['Nats-Batch-Sequence', '1'],
    ['Nats-Batch-Commit', '1'],
  ],
  [
    ['Nats-Schedule', '@at 2020-01-01T00:00:00Z'],
    ['Nats-Schedule-Target', 'zeroscout.score.victim.scheduled'],
  ],
  [
    ['Nats-Trace-Dest', '$JS.API.STREAM.PURGE.ZEROSCOUT_SCORES'],
    ['Nats-Trace-Only', '1'],
  ],
];
