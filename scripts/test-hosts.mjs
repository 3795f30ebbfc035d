// `npm run test:hosts`: runs test/hosts, in which each server and each worker has a host of its own: a network
// namespace with one cable to a common bridge, which is a namespace too. The test itself runs in another one.
// Where rights or programs are missing, says so in a line and ends with code 0. A watcher removes every
// namespace and what runs in it when this process ends, also when it is killed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const FAMILY = 'zeroscout-hosts';
const prefix = `${FAMILY}-${process.pid}`;
const PROGRAMS = { ip: 'iproute2', tc: 'iproute2', nft: 'nftables', nsenter: 'util-linux' };

const fault = findObstacle();
if (fault !== undefined) {
  console.log(`the test on several hosts is not run: ${fault}`);
  process.exit(0);
}
removeLeft();
watch();
run(`ip netns add ${prefix}-net`);
run(`ip -n ${prefix}-net link add br0 type bridge`);
run(`ip -n ${prefix}-net link set br0 up`);
run(`ip netns add ${prefix}-test`);
run(`ip -n ${prefix}-net link add to1 type veth peer name eth0 netns ${prefix}-test`);
run(`ip -n ${prefix}-net link set to1 master br0 up`);
run(`ip -n ${prefix}-test address add 10.213.7.1/24 dev eth0`);
for (const device of ['lo', 'eth0']) run(`ip -n ${prefix}-test link set ${device} up`);
await fetchServers();
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
// Not `ip netns exec`, which has mounts of its own: the watcher would not see the namespaces that the test makes.
const command = [`--net=/run/netns/${prefix}-test`, process.execPath, vitest, 'run', 'test/hosts'];
const child = spawn('nsenter', [...command, ...process.argv.slice(2)], {
  cwd: root,
  env: { ...process.env, ZEROSCOUT_HOSTS: prefix },
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));

function findObstacle() {
  if (process.platform !== 'linux') return 'needs network namespaces of Linux';
  if (process.getuid() !== 0) return 'needs root';
  const absent = Object.keys(PROGRAMS).filter((name) => spawnSync('which', [name]).status !== 0);
  if (absent.length > 0)
    return `${absent.join(', ')} not found (apt-get install ${[...new Set(absent.map((name) => PROGRAMS[name]))].join(' ')})`;
  const unpacked = join(root, '.zeroscout/debian/usr/bin/prometheus');
  if (!existsSync(unpacked) && spawnSync('which', ['prometheus']).status !== 0)
    return 'prometheus not found (npm run setup:optional)';
  const { status, stderr } = spawnSync('ip', ['netns', 'add', `${prefix}-try`], { encoding: 'utf8' });
  if (status !== 0) return `no namespace can be made: ${stderr.trim()}`;
  const bridge = spawnSync('ip', ['-n', `${prefix}-try`, 'link', 'add', 'br0', 'type', 'bridge']);
  spawnSync('ip', ['netns', 'del', `${prefix}-try`]);
  return bridge.status === 0 ? undefined : 'the kernel has no bridge';
}

/** Removes namespaces of runs that have ended and whose watcher was killed too. */
function removeLeft() {
  for (const name of namespaces()) {
    const [, pid] = new RegExp(`^${FAMILY}-(\\d+)-`).exec(name) ?? [];
    if (pid === undefined || readdirSync('/proc').includes(pid)) continue;
    spawnSync('sh', ['-c', `ip netns pids ${name} | xargs -r kill -9; ip netns del ${name}`]);
  }
}

/** Starts the watcher, which waits for the end of its input, and so for the end of this process. */
function watch() {
  const script = `cat > /dev/null
    for name in $(ls /run/netns | grep '^${prefix}-'); do
      ip netns pids "$name" | xargs -r kill -9
      ip netns del "$name"
    done`;
  const watcher = spawn('sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  watcher.unref();
  watcher.stdin.unref();
}

/** The namespace of the test has no way out, so the servers are fetched before. */
async function fetchServers() {
  const { ensureBinary } = await import('../dist/client/embedded/binaries.js');
  const { resolveHome } = await import('../dist/client/embedded/home.js');
  const bin = process.env.ZEROSCOUT_BIN ?? join(root, '.zeroscout/bin');
  const home = resolveHome({ env: { ...process.env, ZEROSCOUT_BIN: bin } });
  for (const name of ['temporal', 'nats-server']) await ensureBinary({ home, name, onStep: console.log });
}

function namespaces() {
  const { stdout } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  return stdout.split('\n').map((line) => line.split(' ')[0]);
}

function run(command) {
  const [program, ...args] = command.split(' ');
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr.trim()}`);
}
