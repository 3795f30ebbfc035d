// Reports which embedded servers run, where, and since when; starts nothing.

import { findRunning } from './embedded.js';
import { type Home, locateLog, SERVICE_NAMES, type ServiceName } from './home.js';
import { pidsOf } from './lifecycle.js';
import { SERVERS } from './servers.js';
import { formatAddresses, readState } from './state.js';

export interface ServiceStatus {
  readonly name: ServiceName;
  readonly title: string;
  /** `silent`: the process exists but does not answer. */
  readonly state: 'running' | 'silent' | 'stopped';
  readonly pid?: number;
  readonly address?: string;
  readonly web?: string;
  readonly version?: string;
  readonly startedAt?: string;
  readonly log: string;
}

export async function readServicesStatus({
  home,
}: {
  readonly home: Home;
}): Promise<readonly ServiceStatus[]> {
  const running = await findRunning({ home });
  const { services } = readState({ home });
  return await Promise.all(
    SERVICE_NAMES.map(async (name) => {
      const base = { name, title: SERVERS[name].title, log: locateLog({ home, name }) };
      const record = services[name];
      const [pid] = running[name] ? [running[name].pid] : await pidsOf({ home, name });
      if (pid === undefined) return { ...base, state: 'stopped' as const };
      const state = running[name] ? ('running' as const) : ('silent' as const);
      if (!record) return { ...base, state, pid };
      const { version, startedAt } = record;
      return { ...base, state, pid, ...formatAddresses(name, record), version, startedAt };
    }),
  );
}
