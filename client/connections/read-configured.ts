// Reads the addresses and credentials of Temporal and NATS from the environment and temporal.toml.
import { existsSync } from 'node:fs';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { type Issue, SpecError } from '../../core/errors.js';
import { NotRegularError, readRegularFileSync } from '../../store/regular-file.js';
import { readNatsSettings } from './nats-settings.js';
import type { NatsSettings, TemporalOptions, TemporalSettings } from './settings.js';
import { readConfiguredWebAddress } from './temporal-page.js';

export interface Configured {
  readonly temporal?: TemporalSettings;
  readonly nats?: NatsSettings;
}

export const DEFAULT_NAMESPACE = 'default';

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
