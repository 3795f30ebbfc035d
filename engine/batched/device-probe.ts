// In: a device class as argument. Out: on stdout one line of JSON, how many nodes ran there or why it cannot be used.
import type { StackDevice } from '../../core/specification/devices.js';
import type { ProbeAnswer } from '../check-device.js';
import { providerOf } from './device.js';
import { verifyDevice } from './verify-device.js';

const answer: ProbeAnswer = await verifyDevice({ device: providerOf(process.argv[2] as StackDevice) }).catch(
  (error: unknown) => ({ reason: error instanceof Error ? error.message : String(error) }),
);
process.stdout.write(`${JSON.stringify(answer)}\n`);
