// Serves the page that was built into dist/page: its files, and its document at every address outside the
// API.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context, Handler } from 'hono';
import { ProblemError } from './problem.js';

const FOLDER = fileURLToPath(new URL('../page', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const compress = promisify(gzip);

interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly compressed: Uint8Array<ArrayBuffer>;
}

/**
 * The names of the files contain a digest of their contents, so browsers may cache them forever; the document
 * is revalidated each time. Paths are looked up in a list of the built files, so no path leads out of the
 * folder.
 */
export function createPage({ prefix }: { readonly prefix: string }): Handler {
  const isBuilt = existsSync(join(FOLDER, 'assets'));
  const names = new Set(isBuilt ? readdirSync(join(FOLDER, 'assets')).map((name) => `/assets/${name}`) : []);
  const kept = new Map<string, Promise<Asset>>();
  const assetOf = (name: string): Promise<Asset> => {
    const known = kept.get(name);
    if (known) return known;
    const read = readAsset(name, prefix);
    kept.set(name, read);
    // A file that could not be read, such as for want of descriptors, is read again.
    read.catch(() => kept.delete(name));
    return read;
  };
  return async (context) => {
    const { path } = context.req;
    if (/^\/api(\/|$)/.test(path) || (path.startsWith('/assets/') && !names.has(path)))
      throw notFound(`nothing at ${path.slice(0, 200)}`);
    if (!isBuilt) throw notFound('the page is not built; the API is at /api/openapi.json');
    return answer(context, {
      asset: await assetOf(names.has(path) ? path : '/index.html'),
      cache: names.has(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
  };
}

async function readAsset(name: string, prefix: string): Promise<Asset> {
  const stored = readFileSync(join(FOLDER, name));
  const bytes = new Uint8Array(
    name === '/index.html' ? Buffer.from(withPrefix(stored.toString(), prefix)) : stored,
  );
  return {
    type: TYPES[extname(name)] ?? 'application/octet-stream',
    bytes,
    compressed: new Uint8Array(await compress(bytes, { level: 9 })),
  };
}

/** The document is served at any depth, so its paths must begin at the root. */
function withPrefix(html: string, prefix: string): string {
  return html
    .replaceAll('"./assets/', `"${prefix}/assets/`)
    .replace('data-prefix=""', `data-prefix="${prefix}"`);
}

function answer(context: Context, { asset, cache }: { readonly asset: Asset; readonly cache: string }) {
  const isCompressed = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '');
  return context.body(isCompressed ? asset.compressed : asset.bytes, 200, {
    'Content-Type': asset.type,
    'Cache-Control': cache,
    Vary: 'Accept-Encoding',
    ...(isCompressed ? { 'Content-Encoding': 'gzip' } : {}),
  });
}

function notFound(detail: string): ProblemError {
  return new ProblemError({ status: 404, code: 'not-found', detail });
}
