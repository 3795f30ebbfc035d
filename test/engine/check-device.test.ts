// In: devices of this machine. Out: that all nodes ran there, or a refusal that says why not.
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DeviceError } from '../../core/spec/errors.js';
import { verifyDevice } from '../../engine/stack/verify-device.js';
import { built } from '../support/engine.js';

const { checkDevice } = (await import(
  built('engine/check-device.js')
)) as typeof import('../../engine/check-device.js');

it('the CPU provider runs every node of a small stack', async () => {
  expect((await verifyDevice({ device: 'cpu' })).nodes).toBeGreaterThan(500);
  expect(await checkDevice({ device: 'cpu-stack' })).toEqual(await verifyDevice({ device: 'cpu' }));
});

it.skipIf(existsSync('/dev/nvidia0'))('cuda is refused where there is none', async () => {
  const error = await checkDevice({ device: 'cuda' }).catch((error: unknown) => error as Error);
  expect(error).toMatchObject({
    name: DeviceError.name,
    message: expect.stringMatching(/^device cuda: its libraries are not in place; see zeroscout doctor/),
  });
});

it('a probe that dies is a refusal too', async () => {
  const env = { ...process.env, NODE_OPTIONS: '--max-old-space-size=0 --no-such-option' };
  const error = await checkDevice({ device: 'cpu-stack', env }).catch((error: unknown) => error as Error);
  expect(error).toMatchObject({ name: 'DeviceError', message: expect.stringMatching(/its probe ended/) });
});
