// Makes hosts as network namespaces with one cable each to a common bridge, and disturbs their networks. It
// touches only namespaces whose names begin with the run's prefix, and interfaces inside them.
import { spawnSync } from 'node:child_process';

/** The first three numbers of the hosts' addresses. They exist only within the namespaces of the run. */
const NETWORK = '10.213.7';

/** Some programs run with an environment that has no PATH. */
const IP = spawnSync('which', ['ip'], { encoding: 'utf8' }).stdout.trim();

type Direction = 'input' | 'output';
/** The words of nftables for the interface that a packet comes in by, or goes out by. */
const INTERFACE = { input: 'iifname', output: 'oifname' } as const;

export interface Host {
  readonly name: string;
  readonly ip: string;
  /** The command that runs the command after it on this host, in its own process. */
  readonly wrapper: readonly string[];
  /** Pulls the cable, at the end of the bridge: both ends stay configured. */
  cut(): void;
  /** Drops every packet that comes in; what the host sends arrives. */
  dropIncoming(): void;
  /** Drops this share of the packets in both directions, at random. */
  lose(percent: number): void;
  /** Limits what the host sends, such as `128kbit`. */
  limit(rate: string): void;
  /** Removes every disturbance. */
  heal(): void;
}

export interface Hosts {
  readonly add: (name: string) => Host;
}

/** `prefix` begins the names of the run's namespaces; scripts/test-hosts.mjs has made `-net` and removes all. */
export function createHosts(prefix: string): Hosts {
  const bridge = `${prefix}-net`;
  // The first address is that of the test itself.
  let last = 1;
  return {
    add: (name) => {
      last += 1;
      const ip = `${NETWORK}.${last}`;
      const namespace = `${prefix}-${name}`;
      const cable = `to${last}`;
      run('ip', ['netns', 'add', namespace]);
      run('ip', `-n ${bridge} link add ${cable} type veth peer name eth0 netns ${namespace}`.split(' '));
      run('ip', `-n ${bridge} link set ${cable} master br0 up`.split(' '));
      run('ip', `-n ${namespace} address add ${ip}/24 dev eth0`.split(' '));
      for (const device of ['lo', 'eth0']) run('ip', ['-n', namespace, 'link', 'set', device, 'up']);
      const wrapper = [IP, 'netns', 'exec', namespace];
      return { name, ip, wrapper, ...disturbances({ bridge, namespace, cable }) };
    },
  };
}

function disturbances(of: { readonly bridge: string; readonly namespace: string; readonly cable: string }) {
  const { bridge, namespace, cable } = of;
  const filter = (rule: string, directions: readonly Direction[]) => {
    const chains = directions.map(
      (hook) => `chain ${hook} { type filter hook ${hook} priority 0; ${INTERFACE[hook]} "eth0" ${rule}\n}`,
    );
    const table = `table inet disturbed {\n${chains.join('\n')}\n}`;
    run('ip', ['netns', 'exec', namespace, 'nft', '-f', '-'], table);
  };
  return {
    cut: () => run('ip', ['-n', bridge, 'link', 'set', cable, 'down']),
    dropIncoming: () => filter('drop', ['input']),
    lose: (percent: number) => filter(`numgen random mod 100 < ${percent} drop`, ['input', 'output']),
    limit: (rate: string) =>
      run(
        'tc',
        `-n ${namespace} qdisc add dev eth0 root tbf rate ${rate} burst 4kb latency 400ms`.split(' '),
      ),
    heal: () => {
      run('ip', ['-n', bridge, 'link', 'set', cable, 'up']);
      spawnSync('ip', ['netns', 'exec', namespace, 'nft', 'delete', 'table', 'inet', 'disturbed']);
      spawnSync('tc', ['-n', namespace, 'qdisc', 'del', 'dev', 'eth0', 'root']);
    },
  };
}

function run(program: string, args: readonly string[], input = ''): void {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8', input });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}
