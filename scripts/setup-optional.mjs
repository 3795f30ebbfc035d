// Implements `npm run setup:optional`: installs Chromium, in which the page is tested, and the Python packages
// that some tests need (PyTorch, onnx and onnxscript), into reference/pytorch/.venv. If pip would download PyTorch's CUDA build, which has several
// gigabytes, it installs onnx alone unless `--all` is given.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installChromium } from './chromium.mjs';

const FOLDER = fileURLToPath(new URL('../reference/pytorch/', import.meta.url));
const VENV = `${FOLDER}.venv`;
const PYTHON = process.platform === 'win32' ? `${VENV}/Scripts/python.exe` : `${VENV}/bin/python`;
/** setup.py writes the same stamp, so that neither installs what the other has installed. */
const STAMP = `${VENV}/installed`;
const PIP = ['-m', 'pip', '--disable-pip-version-check', 'install', '--quiet', '--only-binary=:all:'];

installChromium();

const system = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);
if (system === undefined) fail('there is no python3 on PATH');

if (existsSync(STAMP) && read(STAMP).trim() === digestOf('requirements.txt')) {
  console.log('PyTorch and onnx are installed');
} else if (process.argv.includes('--all') || !takesCuda()) {
  run(system, ['setup.py']);
  console.log(`PyTorch and onnx are in ${VENV}`);
} else {
  console.log(
    'pip would take the CUDA build of PyTorch, several GB: left out (npm run setup:optional -- --all)',
  );
  if (!existsSync(PYTHON)) run(system, ['-m', 'venv', VENV]);
  run(PYTHON, [...PIP, ...requirements().filter((name) => !name.startsWith('torch'))]);
  console.log(`onnx is in ${VENV}`);
}

/** Whether the packages that pip would fetch for torch include NVIDIA's. */
function takesCuda() {
  const dry = ['--dry-run', '--ignore-installed', '--report', '-', '-r', 'requirements.txt'];
  const { status, stdout, stderr } = spawnSync(system, [...PIP, ...dry], {
    cwd: FOLDER,
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (status !== 0) fail(`pip does not find the packages: ${stderr.trim().split('\n').at(-1)}`);
  return JSON.parse(stdout).install.some(({ metadata }) => metadata.name.startsWith('nvidia'));
}

/** `name==version` of each package. */
function requirements() {
  const lines = read(`${FOLDER}requirements.txt`).split('\n');
  return lines.filter((line) => /^\w/.test(line));
}

/** The digest that setup.py looks for. */
function digestOf(name) {
  return createHash('sha256')
    .update(read(`${FOLDER}${name}`))
    .digest('hex');
}

function read(path) {
  return readFileSync(path, 'utf8');
}

function run(program, args) {
  const { status, error } = spawnSync(program, args, { cwd: FOLDER, stdio: 'inherit' });
  if (status !== 0) fail(`${program} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
}

function fail(reason) {
  console.error(`setup:optional: ${reason}`);
  process.exit(1);
}
