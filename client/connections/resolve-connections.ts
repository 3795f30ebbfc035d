// Decides how to reach Temporal and NATS: by the environment, by temporal.toml, or as embedded servers.

import { existsSync } from 'node:fs';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { type Issue, SpecError } from '../../core/errors.js';
import { NotRegularError, readRegularFileSync } from '../../store/regular-file.js';
import type { OnStep } from '../embedded/binaries.js';
import { type EmbeddedServices, ensureServices, findRunning } from '../embedded/embedded.js';
import type { Home, ServiceName } from '../embedded/home.js';
import { requireRunning } from '../embedded/require-running.js';
import { readNatsSettings } from './nats-settings.js';
import type { NatsSettings, TemporalOptions, TemporalSettings } from './settings.js';
import { readConfiguredWebAddress } from './temporal-page.js';

export { connectTemporal } from './connect-temporal.js';
export type { NatsSettings, Source, TemporalOptions, TemporalSettings } from './settings.js';

export interface Connections {
  readonly temporal: TemporalSettings;
  readonly nats: NatsSettings;
  /** Whether at least one of the two is embedded. */
  readonly embedded: boolean;
}

export interface Configured {
  readonly temporal?: TemporalSettings;
  readonly nats?: NatsSettings;
}

const DEFAULT_NAMESPACE = 'default';

interface ResolveConnectionsArguments {
  readonly home: Home;
  readonly onStep: OnStep;
  readonly start: 'if-needed' | 'never';
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Configured servers are used as they are. For the others, embedded servers are started (`if-needed`) or must
 * be running (`never`). Throws a SpecError for invalid settings, and a ServiceError if a server cannot be
 * reached.
 */
export async function resolveConnections({
  home,
  onStep,
  start,
  env = process.env,
}: ResolveConnectionsArguments): Promise<Connections> {
  const { temporal, nats } = readConfigured({ env });
  const missing = listEmbeddedServices({ env });
  if (!temporal && (env.TEMPORAL_API_KEY || env.TEMPORAL_NAMESPACE)) {
    onStep(
      'TEMPORAL_ADDRESS is not set: the embedded Temporal server is used, without API key and namespace',
    );
  }
  if (missing.length === 0) return { temporal: temporal!, nats: nats!, embedded: false };
  const services =
    start === 'never'
      ? await requireRunning({ home, missing })
      : await ensureServices({ home, onStep, which: missing });
  return {
    temporal: temporal ?? resolveEmbeddedTemporal(services),
    nats: nats ?? { url: services.nats!.address, source: 'embedded' },
    embedded: true,
  };
}

/** The servers that are not configured. */
export function listEmbeddedServices({
  env = process.env,
}: {
  readonly env?: NodeJS.ProcessEnv;
} = {}): ServiceName[] {
  const { temporal, nats } = readConfigured({ env });
  return [...(temporal ? [] : ['temporal' as const]), ...(nats ? [] : ['nats' as const])];
}

/**
 * Like `resolveConnections` with `never`, for a command that needs only Temporal: NATS is left out if it is
 * embedded and does not run.
 */
export async function resolveTemporal({
  home,
  env = process.env,
}: {
  readonly home: Home;
  readonly env?: NodeJS.ProcessEnv;
}): Promise<Pick<Connections, 'temporal' | 'embedded'> & { readonly nats?: NatsSettings }> {
  const { temporal, nats } = readConfigured({ env });
  const services = await findRunning({ home });
  const missing = temporal ? [] : (['temporal'] as const);
  const found = temporal ?? resolveEmbeddedTemporal(await requireRunning({ home, missing }));
  const there = services.nats && { url: services.nats.address, source: 'embedded' as const };
  const url = nats ?? there;
  return { temporal: found, embedded: !temporal || !nats, ...(url && { nats: url }) };
}

/** Reads the settings in the environment and temporal.toml, without connecting. */
export function readConfigured({ env = process.env }: { readonly env?: NodeJS.ProcessEnv }): Configured {
  const temporal = readConfiguredTemporal(env);
  const nats = readNatsSettings(env);
  return { ...(temporal && { temporal }), ...(nats && { nats }) };
}

function readConfiguredTemporal(env: NodeJS.ProcessEnv): TemporalSettings | undefined {
  const { connectionOptions, namespace } = loadTemporalConfig(env);
  const { address, tls, apiKey, metadata } = connectionOptions;
  if (!address) return undefined;
  const source = env.TEMPORAL_ADDRESS ? 'environment' : 'file';
  checkAddress({
    address,
    place:
      source === 'environment' ? { path: 'TEMPORAL_ADDRESS' } : { path: 'temporal.toml', key: 'address' },
  });
  checkPair({ env, tls });
  const options: TemporalOptions = {
    address,
    ...(tls !== undefined && tls !== null && { tls }),
    ...(apiKey !== undefined && { apiKey }),
    ...(metadata !== undefined && { metadata }),
  };
  const webAddress = readConfiguredWebAddress(env);
  return {
    options,
    address,
    namespace: namespace || DEFAULT_NAMESPACE,
    source,
    ...(webAddress === undefined ? {} : { webAddress }),
  };
}

/** The library silently ignores a certificate without its key, and a key without its certificate. */
function checkPair({
  env,
  tls,
}: {
  readonly env: NodeJS.ProcessEnv;
  readonly tls: TemporalOptions['tls'];
}): void {
  if (typeof tls === 'object' && tls?.clientCertPair) return;
  const set = (name: string) => [`${name}_PATH`, `${name}_DATA`].find((variable) => env[variable]);
  const [cert, key] = [set('TEMPORAL_TLS_CLIENT_CERT'), set('TEMPORAL_TLS_CLIENT_KEY')];
  const message = (other: string) => `goes with TEMPORAL_TLS_CLIENT_${other}_PATH, which is not set`;
  if (cert && !key) throw SpecError.of({ path: cert, message: message('KEY') });
  if (key && !cert) throw SpecError.of({ path: key, message: message('CERT') });
}

function loadTemporalConfig(env: NodeJS.ProcessEnv): ReturnType<typeof loadClientConnectConfig> {
  const file = env.TEMPORAL_CONFIG_FILE;
  for (const path of TEMPORAL_FILES) checkFile({ path, file: env[path] });
  // `TEMPORAL_ADDRESS= zeroscout ...` is how a shell unsets a variable for one command; the library would use
  // the empty text.
  const set = Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]));
  try {
    return loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(set) });
  } catch (error) {
    const message = (error as Error).message.split('\n')[0]!;
    const profile = env.TEMPORAL_PROFILE;
    if (profile && message.includes(`'${profile}' not found`))
      throw SpecError.of({ path: 'TEMPORAL_PROFILE', message: `there is no profile "${profile}"` });
    throw SpecError.of({
      path: file ? 'TEMPORAL_CONFIG_FILE' : 'temporal.toml',
      ...(file ? { file } : {}),
      message: `Temporal's settings, there and in TEMPORAL_*, cannot be read: ${message}`,
    });
  }
}

const TEMPORAL_FILES = [
  'TEMPORAL_CONFIG_FILE',
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
] as const;

/** The library would wait for the writer of a named pipe, and does not say which setting names an absent file. */
function checkFile({ path, file }: { readonly path: string; readonly file: string | undefined }): void {
  if (!file) return;
  if (!existsSync(file)) throw SpecError.of({ path, message: `there is no file ${file}` });
  try {
    readRegularFileSync(file);
  } catch (error) {
    if (error instanceof NotRegularError)
      throw SpecError.of({ path, file, reason: error.reason, message: error.message });
  }
}

function checkAddress({
  address,
  place,
}: {
  readonly address: string;
  readonly place: Pick<Issue, 'path' | 'key'>;
}): void {
  const [, port = '7233'] = /^(?:\[[\da-f:.]+\]|[^\s:/@]+)(?::(\d+))?$/i.exec(address) ?? [undefined, '0'];
  if (Number(port) < 1 || Number(port) > 65_535) {
    throw SpecError.of({ ...place, message: `"${address}" is not host:port, for example 127.0.0.1:7233` });
  }
}

function resolveEmbeddedTemporal({ temporal }: EmbeddedServices): TemporalSettings {
  const { address, web } = temporal!;
  return {
    options: { address },
    address,
    namespace: DEFAULT_NAMESPACE,
    source: 'embedded',
    ...(web && { webAddress: web }),
  };
}
