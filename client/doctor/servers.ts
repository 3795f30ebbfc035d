// Checks the Temporal and the NATS server, configured or embedded.

import { ServiceError, SpecError } from '../../core/errors.js';
import { connectLink } from '../../store/connect.js';
import { connectTemporal } from '../connections/connect-temporal.js';
import { readEncryptionKeys } from '../connections/encryption-keys.js';
import { type Configured, readConfigured } from '../connections/read-configured.js';
import type { Home, ServiceName } from '../embedded/home.js';
import { readServicesStatus, type ServiceStatus } from '../embedded/status.js';
import type { Check } from './check.js';

export async function checkServers({
  home,
  env,
}: {
  readonly home: Home;
  readonly env: NodeJS.ProcessEnv;
}): Promise<readonly Check[]> {
  let configured: Configured;
  let encryption: Check;
  try {
    configured = readConfigured({ env });
    encryption = checkEncryption({ env });
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return [{ name: 'settings', status: 'missing', found: error.message, todo: 'correct the setting' }];
  }
  const embedded = await readServicesStatus({ home });
  const servers = await Promise.all([
    checkTemporalServer({ configured, embedded }),
    checkNatsServer({ configured, embedded }),
  ]);
  return [encryption, ...servers];
}

function checkEncryption({ env }: { readonly env: NodeJS.ProcessEnv }): Check {
  const [first, ...others] = readEncryptionKeys({ env });
  const older = others.length ? `, ${others.length} more to read` : '';
  const found = first ? `under key "${first.id}"${older}` : 'off';
  return { name: "encryption of Temporal's payloads", status: 'ok', found, todo: '' };
}

interface Known {
  readonly configured: Configured;
  readonly embedded: readonly ServiceStatus[];
}

async function checkTemporalServer({ configured: { temporal }, embedded }: Known): Promise<Check> {
  const name = 'Temporal server';
  if (!temporal) return ofEmbedded({ name, service: 'temporal', embedded });
  const { address, namespace, source } = temporal;
  try {
    const connection = await connectTemporal(temporal);
    await connection.close();
    return { name, status: 'ok', found: `${address}, namespace ${namespace} (${source})`, todo: '' };
  } catch (error) {
    return ofFailure({ name, address, error });
  }
}

async function checkNatsServer({ configured: { nats }, embedded }: Known): Promise<Check> {
  const name = 'NATS server';
  if (!nats) return ofEmbedded({ name, service: 'nats', embedded });
  try {
    const link = await connectLink({ ...nats, patienceMs: 0 });
    const version = link.connection.info?.version ?? '?';
    await link.close();
    return { name, status: 'ok', found: `${link.address}, version ${version} (${nats.source})`, todo: '' };
  } catch (error) {
    return ofFailure({ name, address: 'NATS_URL', error });
  }
}

function ofEmbedded({
  name,
  service,
  embedded,
}: {
  readonly name: string;
  readonly service: ServiceName;
  readonly embedded: readonly ServiceStatus[];
}): Check {
  const status = embedded.find((entry) => entry.name === service)!;
  if (status.state === 'running') {
    const page = status.web ? `, web page ${status.web}` : '';
    return { name, status: 'ok', found: `embedded, running at ${status.address}${page}`, todo: '' };
  }
  if (status.state === 'silent') {
    const found = `embedded, pid ${status.pid} does not answer`;
    const todo = `stop it and start it again; see ${status.log}`;
    return { name, status: 'warning', found, todo, advice: { code: 'restart-servers', about: status.log } };
  }
  return { name, status: 'ok', found: 'embedded, not running: started when a search needs it', todo: '' };
}

function ofFailure({
  name,
  address,
  error,
}: {
  readonly name: string;
  readonly address: string;
  readonly error: unknown;
}): Check {
  if (!(error instanceof ServiceError))
    return { name, status: 'missing', found: address, todo: String(error) };
  const { reason, fault, remedy = 'start it, or correct the setting', advice } = error;
  return { name, status: 'missing', reason, found: fault, todo: remedy, ...(advice && { advice }) };
}
