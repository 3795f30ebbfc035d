// Tests that a wheel's provider files are installed beside the runtime's library, or that nothing is
// installed and the reason given.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPythonLibraries, findRuntime, packageOf } from '../../../client/devices/cuda-libraries.js';
import { installCuda } from '../../../client/devices/install-cuda.js';

// Writes a wheel of two small files; in a `damaged` one, a content does not match its digest.
const MAKE_WHEEL = `
import base64, hashlib, sys, zipfile
path, version, damaged = sys.argv[1], sys.argv[2], sys.argv[3] == 'damaged'
with zipfile.ZipFile(path, 'w') as wheel:
    rows = []
    for name in ('cuda', 'shared'):
        entry, content = f'onnxruntime/capi/libonnxruntime_providers_{name}.so', name.encode()
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()
        rows.append(f'{entry},sha256={digest},{len(content)}')
        wheel.writestr(entry, b'other' if damaged and name == 'shared' else content)
    info = f'onnxruntime_gpu-{version}.dist-info/'
    wheel.writestr(info + 'METADATA', f'Metadata-Version: 2.1\\nName: onnxruntime-gpu\\nVersion: {version}\\n\\nA text')
    wheel.writestr(info + 'RECORD', '\\n'.join(rows))
`;

let folder: string;
let target: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zeroscout-cuda-'));
  target = join(folder, 'x64');
  mkdirSync(target);
  writeFileSync(join(target, 'libonnxruntime.so.1'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

function makeWheel({ version = '1.2.3', state = 'whole' } = {}): string {
  const wheel = join(folder, `onnxruntime_gpu-${version}-cp312-cp312-manylinux_2_28_x86_64.whl`);
  execFileSync('python3', ['-c', MAKE_WHEEL, wheel, version, state]);
  return wheel;
}
const install = (wheel: string) =>
  installCuda({ runtime: { version: '1.2.3', folder: target }, wheel, env: process.env, onStep: () => {} });

test('the two files are there, and nothing else', async () => {
  await install(makeWheel());
  expect(readdirSync(target).sort()).toEqual([
    'libonnxruntime.so.1',
    'libonnxruntime_providers_cuda.so',
    'libonnxruntime_providers_shared.so',
  ]);
  expect(readFileSync(join(target, 'libonnxruntime_providers_cuda.so'), 'utf8')).toBe('cuda');
});

test.each([
  [
    'another version',
    () => makeWheel({ version: '1.2.2' }),
    /holds onnxruntime-gpu 1\.2\.2; onnxruntime-node needs onnxruntime-gpu 1\.2\.3/,
  ],
  [
    'a damaged file',
    () => makeWheel({ state: 'damaged' }),
    /providers_shared\.so: sha256=.*, but the wheel says sha256=/,
  ],
  ['no wheel', () => join(target, 'libonnxruntime.so.1'), /not a zip file/i],
])('%s is refused, and nothing is left', async (_, wheel, message) => {
  await expect(install(wheel())).rejects.toThrow(message);
  expect(readdirSync(target)).toEqual(['libonnxruntime.so.1']);
});

test('a folder that is not the runtime is refused', async () => {
  const runtime = { version: '1.2.3', folder };
  await expect(installCuda({ runtime, env: process.env, onStep: () => {} })).rejects.toMatchObject({
    code: 'no-device',
    device: 'cuda',
    fault: expect.stringContaining(folder),
  });
});

test('where the runtime is, which package holds a library, where Python keeps them', async () => {
  expect(findRuntime({ platform: 'darwin-arm64' })).toBeUndefined();
  const runtime = findRuntime({ platform: 'linux-x64' })!;
  expect(runtime.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(packageOf('libcublasLt.so.13')).toBe('nvidia-cublas');
  expect(packageOf('libm.so.6')).toBeUndefined();
  const site = join(folder, 'site');
  mkdirSync(join(site, 'nvidia/cublas/lib'), { recursive: true });
  const path = await findPythonLibraries({ env: { ...process.env, PYTHONPATH: site } });
  expect(path.split(':')).toContain(join(site, 'nvidia/cublas/lib'));
  expect(await findPythonLibraries({ env: { PATH: folder } })).toBe('');
});
