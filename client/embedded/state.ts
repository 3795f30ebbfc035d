// Reads and writes services.json, the record of the servers that run in a home. A damaged record counts as
// absent.
import { lstatSync, readFileSync, renameSync } from 'node:fs';
import { z } from 'zod';
import { type Home, SERVICE_NAMES, type ServiceName } from './home.js';
import { writeOwnFile } from './home-folders.js';

const MAX_BYTES = 100_000;
const port = z.int().min(1).max(65_535);
const text = z.string().max(4096);

const recordSchema = z.object({
  /**
   * Absent while the server is stopped. The ports are kept, so that the server returns to the same addresses.
   */
  pid: z.int().min(1).max(0x7fff_ffff).optional(),
  port,
  /** The address of Temporal's web page, if there is one; NATS has none. */
  web: z.object({ host: z.string().regex(/^127(\.\d{1,3}){3}$/), port }).optional(),
  binary: text,
  version: z.string().regex(/^[\w.+-]{1,40}$/),
  startedAt: z.string().regex(/^[\w:.+-]{1,40}$/),
});

/** The record of one server. */
export type ServiceRecord = Readonly<z.infer<typeof recordSchema>>;

/** What services.json says of each server. */
export interface HomeState {
  readonly services: { readonly [name in ServiceName]?: ServiceRecord };
}

/** A missing or damaged record counts as empty; running servers are then found by their command lines. */
export function readState({ home }: { readonly home: Home }): HomeState {
  const services: { [name in ServiceName]?: ServiceRecord } = {};
  const parsed = z
    .object({ services: z.record(z.string(), z.unknown()) })
    .safeParse(readJson(home.stateFile));
  for (const name of SERVICE_NAMES) {
    const record = recordSchema.safeParse(parsed.data?.services[name]);
    if (record.success && record.data.port !== record.data.web?.port) services[name] = record.data;
  }
  return { services };
}

/** Replaces the record of one server. The rename is atomic: a reader sees the old file or the new one. */
export function writeRecord({
  home,
  name,
  record,
}: {
  readonly home: Home;
  readonly name: ServiceName;
  readonly record: ServiceRecord;
}): void {
  const { services } = readState({ home });
  const next = { ...services, [name]: record };
  // Addresses are written out for people and other programs.
  const content = Object.fromEntries(
    Object.entries(next).map(([key, value]) => {
      const { address, web: page } = formatAddresses(key as ServiceName, value);
      return [key, page ? { ...value, address, page } : { ...value, address }];
    }),
  );
  if (lstatSync(home.stateFile, { throwIfNoEntry: false })?.isDirectory())
    renameSync(home.stateFile, `${home.stateFile}.damaged-${Date.now()}`);
  writeOwnFile({ file: home.stateFile, text: `${JSON.stringify({ services: content }, null, 2)}\n` });
}

/** `address` is for clients, `web` for a browser. */
export function formatAddresses(
  name: ServiceName,
  { port, web }: Pick<ServiceRecord, 'port' | 'web'>,
): { readonly address: string; readonly web?: string } {
  const address = name === 'temporal' ? `127.0.0.1:${port}` : `nats://127.0.0.1:${port}`;
  return web ? { address, web: `http://${web.host}:${web.port}` } : { address };
}

/** `undefined` for anything but a small regular file of JSON; reading a pipe would wait forever. */
function readJson(file: string): unknown {
  try {
    const stats = lstatSync(file);
    if (!stats.isFile() || stats.size > MAX_BYTES) return undefined;
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
