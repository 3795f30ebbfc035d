// Runs a shell script in an isolated network with only the loopback interface and a DNS server that counts
// questions.
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SINK = fileURLToPath(new URL('./dns-sink.mjs', import.meta.url));
/** Another user than root becomes root within a user namespace, if the kernel permits it. */
const UNSHARE = ['--net', '--mount', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])];

/** `undefined` if this machine permits network and mount namespaces. */
export function whyNoNamespace(): string | undefined {
  if (process.platform !== 'linux') return 'namespaces are of Linux';
  const { status, error, stderr } = spawnSync('unshare', [...UNSHARE, 'ip', 'link', 'set', 'lo', 'up'], {
    encoding: 'utf8',
  });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

export interface Observed {
  readonly output: string;
  /** Every name that any process resolved. */
  readonly asked: readonly string[];
  /** Files that remain in HOME and in TMPDIR. */
  readonly left: readonly string[];
}

/** ONNX Runtime sends nothing if one of these is set, which would hide what it does on a user's machine. */
const CONTINUOUS_INTEGRATION =
  /^(CI|TF_BUILD|GITHUB_ACTIONS|GITLAB_CI|CIRCLECI|TRAVIS|JENKINS_URL|BUILD_BUILDID|BUILDKITE|TEAMCITY_VERSION)$/;

/** The script gets its own HOME and TMPDIR in `folder`; if it fails, so does the call. */
export async function runInNamespace({
  folder,
  script,
  env,
}: {
  readonly folder: string;
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<Observed> {
  const home = join(folder, 'own-home');
  const temporary = join(folder, 'own-tmp');
  for (const path of [home, temporary]) mkdirSync(path, { recursive: true });
  writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\n');
  const { XDG_CACHE_HOME: _, ...others } = env;
  const rest = Object.fromEntries(
    Object.entries(others).filter(([name]) => !CONTINUOUS_INTEGRATION.test(name)),
  );
  const whole = `set -e
    ip link set lo up
    mount --bind resolv.conf /etc/resolv.conf
    "$NODE" "$SINK" > asked.log &
    sink=$!
    trap 'kill $sink' EXIT
    until grep -q listening asked.log; do sleep 0.05; done
    ${script}`;
  const { stdout, stderr } = await promisify(execFile)('unshare', [...UNSHARE, 'bash', '-c', whole], {
    cwd: folder,
    env: { ...rest, HOME: home, TMPDIR: temporary, NODE: process.execPath, SINK },
    timeout: 100_000,
  });
  const questions = readFileSync(join(folder, 'asked.log'), 'utf8').match(/(?<=^asked ).*$/gm) ?? [];
  const left = [home, temporary].flatMap((path) =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return { output: stdout + stderr, asked: [...new Set(questions)], left };
}
