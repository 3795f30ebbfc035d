// Says of embedded servers that cannot be used whether each is silent, has died or was never started.
import { type Home, logFile, type ServiceName } from './home.js';
import { pidsOf } from './lifecycle.js';
import { SERVERS } from './servers.js';
import { readState } from './state.js';

const VARIABLES = { temporal: 'TEMPORAL_ADDRESS', nats: 'NATS_URL' } as const;

interface Absent {
  readonly home: Home;
  readonly absent: readonly ServiceName[];
}

export async function whyAbsent({ home, absent }: Absent): Promise<string> {
  const found = await Promise.all(
    absent.map(async (name) => ({ name, away: await whyAway({ home, name }) })),
  );
  const lines = found.flatMap(({ away }) => (away ? [away] : []));
  const never = found.filter(({ away }) => !away).map(({ name }) => name);
  if (never.length > 0) {
    const titles = never.map((name) => SERVERS[name].title).join(' and ');
    const variables = never.map((name) => VARIABLES[name]).join(' and ');
    lines.push(
      `${titles}: nothing is configured and no embedded server runs (looked in ${home.root}). Run \`zeroscout services up\`, or set ${variables}.`,
    );
  }
  return lines.join('\n');
}

/** Undefined where nothing was started, or where `services down` ended it. */
async function whyAway({
  home,
  name,
}: {
  readonly home: Home;
  readonly name: ServiceName;
}): Promise<string | undefined> {
  const { title } = SERVERS[name];
  const [pid] = await pidsOf({ home, name });
  if (pid !== undefined)
    return `${title}: runs embedded (pid ${pid}; ${home.root}) and does not answer. \`zeroscout services up\` waits for it longer, or says what is wrong.`;
  if (readState({ home }).services[name]?.pid === undefined) return undefined;
  return `${title} is away: the embedded server has died; its log is ${logFile({ home, name })}. \`zeroscout services up\` starts it again.`;
}
