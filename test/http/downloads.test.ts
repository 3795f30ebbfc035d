// Tests that a download of a ranking that cannot be read to its end never looks whole, whatever its form.
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { BlobError } from '../../core/errors.js';
import { createAccess } from '../../http/access.js';
import { type AppOptions, createApp } from '../../http/app.js';

const HOST = 'localhost:8600';
const CSV = 'rank,candidate,score\n1,a,0.5\n';
const ROW = { rank: 1, candidate: 'a', score: 0.5, proxies: {}, parameters: 1 };

/** An application whose only search has a ranking that is damaged after its first `whole` pieces. */
function createDownloads({ whole }: { readonly whole: number }) {
  async function* piecesOf<T>(piece: T): AsyncGenerator<T> {
    for (let i = 0; i < whole; i++) yield piece;
    if (whole < 2) throw new BlobError('blob of the ranking: altered');
  }
  const results = {
    summary: { rankingSha256: 'a'.repeat(64) },
    csv: () => piecesOf(new TextEncoder().encode(CSV)),
    rows: () => piecesOf([ROW]),
  };
  const searches = {
    get: async (id: string) => ({ id, state: 'completed' }),
    results: async () => results,
    writeParquet: async (_: string, { path }: { readonly path: string }) => {
      if (whole < 2) throw new BlobError('blob of the ranking: altered');
      await writeFile(path, 'PAR1');
    },
  };
  const app = createApp({
    access: createAccess({ anonymous: 'viewer', hosts: [HOST], prefix: '', isSecure: false }),
    site: { version: '0', prefix: '' },
    stopped: new AbortController().signal,
    onFault: () => {},
    zeroscout: { searches },
    kept: { folder: tmpdir() },
  } as unknown as AppOptions);
  return async (form: string, method = 'GET') =>
    app.request(`http://${HOST}/api/searches/a/ranking.${form}`, { method, headers: { host: HOST } });
}

it.each(['csv', 'json'])('%s: an error after the first bytes breaks the answer', async (form) => {
  const answer = await createDownloads({ whole: 1 })(form);
  expect(answer.status).toBe(200);
  await expect(answer.text()).rejects.toThrow('altered');
});

it.each(['csv', 'json', 'parquet'])('%s: an error before the first bytes is a problem', async (form) => {
  const answer = await createDownloads({ whole: 0 })(form);
  expect(answer.status).toBe(502);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('etag')).toBeNull();
  expect(await answer.json()).toMatchObject({ code: 'damaged-blob' });
});

it.each(['csv', 'json', 'parquet'])('%s: a whole ranking is answered with its name', async (form) => {
  const answer = await createDownloads({ whole: 2 })(form);
  expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="a-ranking.${form}"`);
  const text = await answer.text();
  if (form === 'csv') expect(text).toBe(CSV + CSV);
  else if (form === 'json') expect(JSON.parse(text)).toHaveLength(2);
  else expect(text).toBe('PAR1');
});

it('HEAD of a Parquet file writes none, and leaves no temporary folder', async () => {
  const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('zeroscout-parquet-'));
  const before = folders();
  const answer = await createDownloads({ whole: 2 })('parquet', 'HEAD');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('etag')).toBe(`"${'a'.repeat(64)}-parquet"`);
  expect(folders()).toEqual(before);
});
