// Tests that pages of searches contain every search once, whatever ends in between and in whatever order.
import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { SearchFilter } from '../../client/index.js';
import { listSearches } from '../../client/searches/list-searches.js';
import { workflowIdOf } from '../../core/contract/search-queues.js';
import { createAccess } from '../../http/access.js';
import { type AppOptions, createApp } from '../../http/app.js';

const HOST = 'localhost:8600';

interface Run {
  readonly id: string;
  /** Milliseconds since 1970, with parts of a millisecond as in Temporal. */
  readonly started: number;
  ended?: number;
}

/** Temporal lists what runs first and then what ended last, and compares times to parts of a millisecond. */
function createApi(runs: Run[]) {
  const workflow = {
    async *list({ query }: { readonly query: string }) {
      const [, before] = /StartTime < "([^"]+)"/.exec(query) ?? [];
      const limit = before === undefined ? Number.POSITIVE_INFINITY : Date.parse(before);
      const endOf = ({ ended = Number.POSITIVE_INFINITY }: Run) => ended;
      const listed = runs
        .filter(({ started }) => started < limit)
        .sort((a, b) => (endOf(a) === endOf(b) ? b.started - a.started : endOf(b) - endOf(a)));
      for (const { id, started, ended } of listed)
        yield {
          workflowId: workflowIdOf(id),
          status: { name: ended === undefined ? 'RUNNING' : 'COMPLETED' },
          startTime: new Date(Math.floor(started)),
          closeTime: ended === undefined ? undefined : new Date(Math.floor(ended)),
          memo: {},
        };
    },
  };
  const client = { workflow } as unknown as Client;
  const searches = { list: (filter: SearchFilter = {}) => listSearches({ client, ...filter }) };
  const app = createApp({
    access: createAccess({ anonymous: 'viewer', hosts: [HOST], prefix: '', isSecure: false }),
    site: { version: '0', prefix: '' },
    stopped: new AbortController().signal,
    onFault: () => {},
    zeroscout: { searches },
    kept: {},
  } as unknown as AppOptions);
  return async (query: string) => {
    const answer = await app.request(`http://${HOST}/api/searches?${query}`, { headers: { host: HOST } });
    return (await answer.json()) as { searches: { id: string }[]; next: string | null };
  };
}

/** `between` is called after each page. */
async function readAll(runs: Run[], limit: number, between = () => {}): Promise<string[]> {
  const ask = createApi(runs);
  const ids: string[] = [];
  for (let cursor = ''; ; ) {
    const { searches, next } = await ask(`limit=${limit}${cursor}`);
    ids.push(...searches.map(({ id }) => id));
    if (next === null) return ids;
    cursor = `&cursor=${next}`;
    between();
  }
}

const RUNS: readonly Run[] = [
  { id: 'long', started: 1_000.5 },
  { id: 'first', started: 2_000.5, ended: 9_000 },
  { id: 'brief', started: 3_000.5, ended: 3_500 },
  { id: 'also-brief', started: 3_000.9, ended: 3_400 },
  { id: 'later', started: 4_000.5, ended: 8_000 },
  { id: 'runs', started: 5_000.5 },
];
const NEWEST_FIRST = ['runs', 'later', 'brief', 'also-brief', 'first', 'long'];

test.each([1, 2, 3, 4, 200])('in pages of %i', async (limit) => {
  expect(await readAll([...RUNS], limit)).toEqual(NEWEST_FIRST);
});

test('while searches begin and end', async () => {
  const runs = RUNS.map((run) => ({ ...run }));
  let time = 10_000;
  const found = await readAll(runs, 1, () => {
    time += 100;
    runs.push({ id: `new-${time}`, started: time });
    const running = runs.find(({ ended }) => ended === undefined);
    if (running) running.ended = time + 50;
  });
  expect(found).toEqual(NEWEST_FIRST);
});
