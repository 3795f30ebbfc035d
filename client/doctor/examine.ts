// Examines what this machine has for zeroscout, what is missing, and what to do. It starts and fetches
// nothing.

import { type Device, isBatchedDevice } from '../../core/specification/devices.js';
import type { Home } from '../embedded/home.js';
import type { Check } from './check.js';
import { checkDeviceParts } from './device.js';
import { checkMachine } from './machine.js';
import { checkServers } from './servers.js';
import { checkTools } from './tools.js';

export type { Check };

/** Takes some seconds at most. A check that fails itself becomes a line of the report, never an exception. */
export async function diagnose({
  home,
  env = process.env,
  device = 'cpu',
}: {
  readonly home: Home;
  readonly env?: NodeJS.ProcessEnv;
  readonly device?: Device;
}): Promise<readonly Check[]> {
  const groups = await Promise.all([
    checkMachine({ home }),
    checkTools({ home, env }),
    checkServers({ home, env }),
    isBatchedDevice(device) ? checkDeviceParts({ device, env }) : [],
  ]);
  return groups.flat();
}

export function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ status }) => status !== 'missing');
}
