// Reports, for embedded servers that cannot be used, whether each is silent, has died or was never started.
import type { Advice } from '../../core/errors.js';
import { type Home, logFile, type ServiceName } from './home.js';
import { pidsOf } from './lifecycle.js';
import { SERVERS } from './servers.js';
import { readState } from './state.js';

const VARIABLES = { temporal: 'TEMPORAL_ADDRESS', nats: 'NATS_URL' } as const;

interface Absent {
  readonly home: Home;
  readonly absent: readonly ServiceName[];
}

/** The message of an error about absent servers, with advice. */
export async function whyAbsent({
  home,
  absent,
}: Absent): Promise<{ readonly message: string; readonly advice: Advice }> {
  const found = await Promise.all(
    absent.map(async (name) => ({ name, away: await whyAway({ home, name }) })),
  );
  const lines = found.flatMap(({ away }) => (away ? [away] : []));
  const never = found.filter(({ away }) => !away).map(({ name }) => name);
  if (never.length > 0) {
    const titles = never.map((name) => SERVERS[name].title).join(' and ');
    lines.push(`${titles}: nothing is configured and no embedded server runs (looked in ${home.root}).`);
  }
  return { message: lines.join('\n'), advice: startServers(never) };
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
async function whyAway({
  home,
  name,
}: {
  readonly home: Home;
  readonly name: ServiceName;
}): Promise<string | undefined> {
  const { title } = SERVERS[name];
  const [pid] = await pidsOf({ home, name });
  if (pid !== undefined) return `${title}: runs embedded (pid ${pid}; ${home.root}) and does not answer.`;
  if (readState({ home }).services[name]?.pid === undefined) return undefined;
  return `${title} is away: the embedded server has died; its log is ${logFile({ home, name })}.`;
}
