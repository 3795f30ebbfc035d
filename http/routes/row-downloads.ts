// Defines the routes that hand out all rows of a ranking in other forms than the stored CSV: as Parquet and as JSON.
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createRoute, z } from '@hono/zod-openapi';
import { requireRole } from '../access.js';
import { isKnown } from '../etag.js';
import { IdParameter, problems } from '../schemas.js';
import { streamBytes } from '../stream-bytes.js';
import { toJson } from '../to-json.js';
import { readFinishedResults } from './finished-search.js';
import type { RouteSetting } from './route-setting.js';

type Finished = Awaited<ReturnType<typeof readFinishedResults>>;

const FORMS = {
  parquet: { type: 'application/vnd.apache.parquet', read: readParquet, summary: 'All rows as Parquet' },
  json: { type: 'application/json', read: readJson, summary: 'All rows as an array of JSON objects' },
} as const;

export function addRowDownloads(setting: RouteSetting): void {
  for (const form of ['parquet', 'json'] as const) {
    const { type, read, summary } = FORMS[form];
    setting.app.openapi(
      createRoute({
        tags: ['rankings'],
        middleware: requireRole('viewer'),
        method: 'get',
        path: `/api/searches/{id}/ranking.${form}`,
        operationId: `downloadRanking-${form}`,
        summary,
        request: { params: z.object({ id: IdParameter }) },
        responses: {
          200: { description: 'the rows', content: { [type]: { schema: z.any() } } },
          304: { description: 'the client has it' },
          ...problems,
        },
      }),
      async (context) => {
        const finished = await readFinishedResults(setting, context.req.valid('param').id);
        const { id, results } = finished;
        const tag = `"${results.summary.rankingSha256}-${form}"`;
        if (isKnown(context.req.header('if-none-match'), tag)) return context.body(null, 304);
        const headers = {
          ETag: tag,
          'Content-Type': type,
          'Content-Disposition': `attachment; filename="${id}-ranking.${form}"`,
        };
        return streamBytes(context, { bytes: read(setting, finished), headers, onFault: setting.onFault });
      },
    );
  }
}

/** A Parquet file ends with its directory, so that it is written whole before it is sent. */
async function* readParquet(setting: RouteSetting, { id }: Finished): AsyncGenerator<Uint8Array> {
  const folder = await mkdtemp(join(setting.folder, 'zeroscout-parquet-'));
  try {
    const path = join(folder, 'ranking.parquet');
    await setting.zeroscout.searches.writeParquet(id, { path });
    for await (const chunk of createReadStream(path)) yield new Uint8Array(chunk as Buffer);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* readJson(_: RouteSetting, { results }: Finished): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let before = '[';
  for await (const block of results.rows()) {
    if (block.length === 0) continue;
    const rows = block.map(({ proxies, ...row }) => JSON.stringify(toJson({ ...row, ...proxies })));
    yield encoder.encode(`${before}\n${rows.join(',\n')}`);
    before = ',';
  }
  yield encoder.encode(before === '[' ? '[]\n' : '\n]\n');
}
