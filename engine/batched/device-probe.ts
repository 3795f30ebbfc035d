// Runs as the process that checks a device class: it prints one line of JSON, with the number of nodes that
// ran there or the reason why it cannot be used.
import { DeviceError } from '../../core/errors.js';
import type { BatchedDevice } from '../../core/specification/devices.js';
import type { ProbeAnswer } from '../check-device.js';
import { providerOf } from './device.js';
import { verifyDevice } from './verify-device.js';

const answer: ProbeAnswer = await verifyDevice({
  device: providerOf(process.argv[2] as BatchedDevice),
}).catch((error: unknown) => ({ reason: reasonOf(error) }));
process.stdout.write(`${JSON.stringify(answer)}\n`);

function reasonOf(error: unknown): string {
  if (error instanceof DeviceError) return error.fault;
  return error instanceof Error ? error.message : String(error);
}
