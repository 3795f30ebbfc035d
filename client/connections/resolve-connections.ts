// Decides how to reach Temporal and NATS: by the environment, by temporal.toml, or as embedded servers.

import type { OnStep } from '../embedded/binaries.js';
import { type EmbeddedServices, ensureServices, findRunning } from '../embedded/embedded.js';
import type { Home, ServiceName } from '../embedded/home.js';
import { requireRunning } from '../embedded/require-running.js';
import { DEFAULT_NAMESPACE, readConfigured } from './read-configured.js';
import type { NatsSettings, TemporalSettings } from './settings.js';

export interface Connections {
  readonly temporal: TemporalSettings;
  readonly nats: NatsSettings;
  /** Whether at least one of the two is embedded. */
  readonly embedded: boolean;
}

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
