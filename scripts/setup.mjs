// Prepares a clone: installs the packages of package-lock.json if they are missing or differ, and builds
// dist/. It needs only Node, so it runs before anything is installed, and prints nothing if there is nothing
// to do.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { engines } = readJson('package.json');
const [major, minor] = process.versions.node.split('.').map(Number);
const [oldestMajor, oldestMinor] = engines.node.match(/\d+/g).map(Number);
if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
  console.error(
    `zeroscout needs Node ${engines.node}; this is ${process.version}. Install a newer one: nodejs.org`,
  );
  process.exit(1);
}

if (!isInstalled()) {
  console.log('installing packages (npm ci)');
  const npm = process.env.npm_execpath;
  const [command, ...prefix] = npm ? [process.execPath, npm] : ['npm'];
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  const { status, error } = spawnSync(command, [...prefix, 'ci', ...options], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error(`npm ci failed${error ? `: ${error.message}` : ''}; see above`);
    process.exit(status ?? 1);
  }
}
await import('./build.mjs');

/** npm writes node_modules/.package-lock.json at the end of an installation. */
function isInstalled() {
  const installed = readJson('node_modules/.package-lock.json')?.packages;
  if (!installed) return false;
  return Object.entries(readJson('package-lock.json').packages).every(
    // Most optional packages are for other platforms.
    ([path, { version, optional }]) =>
      path === '' || (optional && !installed[path]) || installed[path]?.version === version,
  );
}

function readJson(name) {
  try {
    return JSON.parse(readFileSync(join(root, name), 'utf8'));
  } catch {
    return undefined;
  }
}
