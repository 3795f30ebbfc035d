// Tests that worker and doctor report an absent device, and that nothing runs on the CPU instead.
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findRuntime, hasProvider } from '../../../client/devices/cuda-libraries.js';
import { checkLibraries } from '../../../client/doctor/device.js';
import { built, NO_VULKAN } from '../../support/engine.js';
import { type TestHome, testHome } from '../../support/home.js';
import { spawnNode, zeroscout } from '../../support/zeroscout.js';

let home: TestHome;
beforeAll(() => {
  home = testHome();
});
afterAll(() => home.remove());

describe.skipIf(existsSync('/dev/nvidia0'))('without a GPU', () => {
  test('a worker that is asked for cuda ends with the reason, before it looks for servers', async () => {
    const { code, stderr } = await zeroscout(['worker', '--device', 'cuda'], { home });
    expect(code).toBe(1);
    expect(stderr).toMatch(/device cuda: .*zeroscout doctor --device cuda/);
  });

  test('the benchmark says so and measures nothing', async () => {
    const bench = spawnNode([built('bench/main.js'), '--device', 'cuda', '--baseline'], { home });
    const { code, stderr } = await bench.ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining('nothing was measured: device cuda: ')]);
  });

  test('the doctor says what is missing', async () => {
    const { code, stdout } = await zeroscout(['doctor', '--device', 'cuda', '--json'], { home });
    expect(code).toBe(1);
    const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; todo: string }[] };
    // The provider may be installed for test/engine/batched/null-cuda.test.ts; then the driver is the first
    // thing missing.
    const [first, remedy] = hasProvider(findRuntime()!)
      ? ['NVIDIA driver', 'install the driver']
      : ['CUDA provider', 'zeroscout devices install cuda'];
    expect(checks.find(({ name }) => name === first)).toMatchObject({
      status: 'missing',
      todo: expect.stringContaining(remedy),
    });
    expect(checks.at(-1)).toMatchObject({ name: 'device cuda', status: 'missing' });
  });
});

test.skipIf(process.platform !== 'linux')('webgpu without a driver: worker and doctor say so', async () => {
  const env = NO_VULKAN;
  const worker = await zeroscout(['worker', '--device', 'webgpu'], { home, env });
  expect([worker.code, worker.stderr]).toEqual([
    1,
    expect.stringMatching(/device webgpu: .*zeroscout doctor --device webgpu/),
  ]);
  const doctor = await zeroscout(['doctor', '--device', 'webgpu', '--json'], { home, env });
  expect(doctor.code).toBe(1);
  const { checks } = JSON.parse(doctor.stdout) as { checks: object[] };
  expect(checks.at(-1)).toMatchObject({ name: 'device webgpu', status: 'missing' });
});

test.skipIf(process.platform !== 'linux')(
  'a machine without ldd: the doctor says so and goes on',
  async () => {
    const checks = await checkLibraries({ runtime: findRuntime()!, env: { PATH: home.dir } });
    expect(checks).toEqual([
      {
        name: 'CUDA libraries',
        status: 'warning',
        found: expect.stringMatching(/^ldd cannot run: .*ENOENT/),
        todo: expect.stringContaining('install ldd'),
      },
    ]);
  },
);

test('only cuda has something to install', async () => {
  const { code, stderr } = await zeroscout(['devices', 'install', 'webgpu'], { home });
  expect([code, stderr]).toEqual([2, expect.stringContaining('webgpu')]);
});
