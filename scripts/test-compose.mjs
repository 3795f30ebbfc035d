// `npm run test:compose`: brings deploy/compose.yaml up with docker-compose through podman's socket, and runs a
// search through it (test/image/compose.test.ts). Our image is that of `npm run test:image`. Images that no
// registry brings here have stand-ins, built from the same base: STAND_INS says what each is. Where rights or
// programs are missing, says so in a line and ends with code 0. `--install` has apt-get install the programs.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const BASE = /^ARG NODE_IMAGE=([^\s@]+)/m.exec(readFileSync(join(root, 'deploy/Dockerfile'), 'utf8'))[1];
const IMAGE = 'localhost/zeroscout:tested';
const BIN = process.env.ZEROSCOUT_BIN ?? join(root, '.zeroscout/bin');
const PROGRAMS = ['podman', 'buildah', 'runc', 'docker-compose', 'nft'];
const PACKAGES = [
  ...['podman', 'buildah', 'runc', 'docker-compose', 'nftables'],
  ...['netavark', 'aardvark-dns', 'catatonit'],
];
const FILES = join(root, 'test/image/stand-ins');
const compose = readFileSync(join(root, 'deploy/compose.yaml'), 'utf8');
const imageOf = (name) => new RegExp(`image: (${name}:\\S+)`).exec(compose)[1];

/** By image: what stands for it. One image has all their programs; `start` in it tells them apart. */
const STAND_INS = {
  [imageOf('nats')]: 'the real nats-server, on Debian',
  [imageOf('temporalio/server')]:
    "Temporal's development server with the shipped dynamic configuration, on SQLite",
  [imageOf('temporalio/admin-tools')]: "Temporal's real command line; temporal-sql-tool does nothing",
  [imageOf('temporalio/ui')]: 'nothing: it sleeps',
  [imageOf('postgres')]: 'the real openssl for the certificate; as a database nothing: it sleeps',
};

const fault = findObstacle();
if (fault !== undefined) {
  console.log(`the compose file is not run: ${fault}`);
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'zeroscout-compose-'));
const env = { ...process.env, CONTAINERS_CONF: writeConfiguration() };
const made = [];
let code = 1;
let service;
try {
  provideImages();
  const socket = join(folder, 'podman.sock');
  service = spawn('podman', ['system', 'service', '--time=0', `unix://${socket}`], { env, stdio: 'ignore' });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const given = { ZEROSCOUT_COMPOSE_SOCKET: socket, ZEROSCOUT_COMPOSE_IMAGE: IMAGE };
  const tested = spawnSync(process.execPath, [vitest, 'run', 'test/image/compose.test.ts'], {
    cwd: root,
    env: { ...env, ...given },
    stdio: 'inherit',
  });
  code = tested.status ?? 1;
} finally {
  service?.kill();
  for (const image of made) spawnSync('podman', ['rmi', image], { env });
  rmSync(folder, { recursive: true, force: true });
}
process.exit(code);

function findObstacle() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'needs Linux on x86-64';
  if (process.getuid() !== 0) return 'needs root';
  const install = ['install', '--yes', '--quiet', '--no-install-recommends', ...PACKAGES];
  if (missing().length > 0 && process.argv.includes('--install')) spawnSync('apt-get', install);
  const absent = missing();
  if (absent.length > 0) return `${absent.join(', ')} not found (apt-get ${install.join(' ')})`;
  for (const image of [IMAGE, BASE])
    if (spawnSync('podman', ['image', 'exists', image]).status !== 0)
      return `there is no ${image} (npm run test:image builds it)`;
  for (const name of ['temporal', 'nats-server'])
    if (!existsSync(join(BIN, name))) return `${name} is not in ${BIN} (npm test fetches it)`;
  return undefined;
}

function missing() {
  return PROGRAMS.filter((name) => spawnSync('which', [name]).status !== 0);
}

/** No systemd, no cgroups of its own, no right to raise limits: what a container or a plain virtual machine has. */
function writeConfiguration() {
  const file = join(folder, 'containers.conf');
  writeFileSync(
    file,
    `[containers]
default_ulimits = ["nofile=20000:20000", "nproc=90000:90000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
`,
  );
  return file;
}

/** Builds the stand-in, under the name of each image that is not here. */
function provideImages() {
  const absent = Object.entries(STAND_INS)
    .map(([name, is]) => ({ name, is, image: `docker.io/${name.includes('/') ? '' : 'library/'}${name}` }))
    .filter(({ image }) => spawnSync('podman', ['image', 'exists', image], { env }).status !== 0);
  if (absent.length === 0) return;
  for (const { name, is } of absent) console.log(`${name}: a stand-in: ${is}`);
  const context = join(folder, 'stand-in');
  cpSync(FILES, context, { recursive: true });
  for (const program of ['temporal', 'nats-server']) cpSync(join(BIN, program), join(context, program));
  writeFileSync(
    join(context, 'Containerfile'),
    `FROM ${BASE}\nCOPY --chmod=755 . /usr/local/bin/\nENTRYPOINT ["/usr/local/bin/start"]\n`,
  );
  const tags = absent.flatMap(({ image }) => ['-t', image]);
  const options = ['--runtime', 'runc', 'build', '--format', 'docker', '--pull=never', '--layers', '--quiet'];
  const { status, stderr } = spawnSync('buildah', [...options, ...tags, context], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the stand-ins are not built: ${stderr}`);
  made.push(...absent.map(({ image }) => image));
}
