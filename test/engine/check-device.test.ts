// Tests the check of devices: all nodes run on the device, or the refusal says why not.
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DeviceError } from '../../core/errors.js';
import type { BatchedDevice } from '../../core/specification/devices.js';
import { verifyDevice } from '../../engine/batched/verify-device.js';
import { built, NO_VULKAN } from '../support/engine.js';

const { checkDevice, describeSoftwareDevice } = (await import(
  built('engine/check-device.js')
)) as typeof import('../../engine/check-device.js');

it('the CPU provider runs every node of a small supernet', async () => {
  expect((await verifyDevice({ device: 'cpu' })).nodes).toBeGreaterThan(500);
  expect(await checkDevice({ device: 'cpu-stack' })).toEqual({
    ...(await verifyDevice({ device: 'cpu' })),
    notice: undefined,
  });
});

it.skipIf(existsSync('/dev/nvidia0'))('cuda is refused where there is none', async () => {
  const error = await checkDevice({ device: 'cuda' }).catch((error: unknown) => error as Error);
  expect(error).toMatchObject({
    name: DeviceError.name,
    code: 'no-device',
    device: 'cuda',
    fault: expect.stringContaining('libraries'),
  });
});

it.skipIf(process.platform !== 'linux')('webgpu is refused where no driver answers', async () => {
  const error = await checkDevice({ device: 'webgpu', env: { ...process.env, ...NO_VULKAN } }).catch(
    (error: unknown) => error as Error,
  );
  expect(error).toMatchObject({
    name: DeviceError.name,
    code: 'no-device',
    device: 'webgpu',
    fault: expect.stringContaining('Vulkan'),
  });
});

it('an adapter where Linux shows no GPU is software, and the answer says so', () => {
  const notice = (device: BatchedDevice, platform: NodeJS.Platform, file = '') =>
    describeSoftwareDevice({ device, platform, exists: (path) => path === file });
  expect(notice('webgpu', 'linux')).toContain('software');
  expect(notice('webgpu', 'linux', '/dev/dri')).toBeUndefined();
  expect(notice('webgpu', 'darwin')).toBeUndefined();
  expect(notice('cpu-stack', 'linux')).toBeUndefined();
});

it('a probe that dies is a refusal too', async () => {
  const env = { ...process.env, NODE_OPTIONS: '--max-old-space-size=0 --no-such-option' };
  const error = await checkDevice({ device: 'cpu-stack', env }).catch((error: unknown) => error as Error);
  expect(error).toMatchObject({ name: 'DeviceError', code: 'no-device', device: 'cpu-stack' });
});
