// Reports, for embedded servers that cannot be used, whether each is silent, has died or was never started.
import { type Advice, ServiceError, type ServiceFault } from '../../core/errors.js';
import { type Home, locateLog, type ServiceName } from './home.js';
import { pidsOf } from './lifecycle.js';
import { SERVERS } from './servers.js';
import { readState } from './state.js';

const VARIABLES = { temporal: 'TEMPORAL_ADDRESS', nats: 'NATS_URL' } as const;

interface Absent {
  readonly home: Home;
  readonly absent: readonly ServiceName[];
}

/** The error about absent servers. */
export async function createAbsentError({ home, absent }: Absent): Promise<ServiceError> {
  const found = await Promise.all(
    absent.map(async (name) => ({ name, state: await describeAbsent({ home, name }) })),
  );
  const started = found.flatMap(({ state }) => (state ? [state] : []));
  const lines = started.map(({ fault }) => fault);
  const never = found.filter(({ state }) => !state).map(({ name }) => name);
  if (never.length > 0) {
    const titles = never.map((name) => SERVERS[name].title).join(' and ');
    lines.push(`${titles}: nothing is configured and no embedded server runs (looked in ${home.root}).`);
  }
  return new ServiceError({
    reason: never.length > 0 ? 'not-running' : started[0]!.reason,
    address: home.root,
    fault: lines.join('\n'),
    settings: never.map((name) => VARIABLES[name]),
    advice: startServers(never),
  });
}

/**
 * The advice to start the embedded servers, which waits for a slow one, restarts a dead one, and reports what
 * is wrong with it.
 */
export function startServers(configurable: readonly ServiceName[] = []): Advice {
  const start = "Start it with embeddedServers.start() or connect({ servers: 'start' })";
  if (configurable.length === 0) return { code: 'start-servers', text: `${start}.` };
  const variables = configurable.map((name) => VARIABLES[name]).join(' and ');
  return { code: 'start-servers', text: `${start}, or set ${variables}.`, about: variables };
}

/** Undefined for a server that was never started, or that `services down` stopped. */
async function describeAbsent({
  home,
  name,
}: {
  readonly home: Home;
  readonly name: ServiceName;
}): Promise<Pick<ServiceFault, 'reason' | 'fault'> | undefined> {
  const { title } = SERVERS[name];
  const [pid] = await pidsOf({ home, name });
  if (pid !== undefined)
    return {
      reason: 'timed-out',
      fault: `${title}: runs embedded (pid ${pid}; ${home.root}) and does not answer.`,
    };
  if (readState({ home }).services[name]?.pid === undefined) return undefined;
  return {
    reason: 'not-running',
    fault: `${title} is away: the embedded server has died; its log is ${locateLog({ home, name })}.`,
  };
}
