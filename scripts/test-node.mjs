// Implements `npm run test:node -- 22 24`: tests the packed package, installed by npm from the registry,
// under other versions of Node. npm packages provide Node; nothing is installed outside of a temporary
// folder. Exits with code 3 if npm cannot provide them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const versions = process.argv.length > 2 ? process.argv.slice(2) : ['22', '24'];
const folder = mkdtempSync(join(tmpdir(), 'zeroscout-node-'));
const failed = [];
const missing = [];

try {
  for (const version of versions) {
    const bin = installNode(version);
    if (bin === undefined) {
      missing.push(version);
      continue;
    }
    console.log(`== Node ${version}: ${output(join(bin, 'node'), ['--version'])}`);
    if (!testWithNode(bin)) failed.push(version);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const version of versions) {
  const outcome = missing.includes(version)
    ? 'left out: npm could not install it'
    : failed.includes(version)
      ? 'failed'
      : 'passed';
  console.log(`Node ${version}: ${outcome}`);
}
process.exit(failed.length > 0 ? 1 : missing.length > 0 ? 3 : 0);

/** Returns the folder with the program, or undefined if npm cannot install it. */
function installNode(version) {
  const name = `node-${process.platform}-${process.arch}`;
  const prefix = join(folder, version);
  const { status } = spawnSync('npm', ['install', '--prefix', prefix, '--no-save', `${name}@${version}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) return undefined;
  return join(prefix, 'node_modules', name, 'bin');
}

function testWithNode(bin) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    ZEROSCOUT_TEST_INSTALL: 'npm',
  };
  const args = [vitest, 'run', 'test/operate/package.test.ts', 'test/client/connect.test.ts'];
  return spawnSync(join(bin, 'node'), args, { cwd: root, env, stdio: 'inherit' }).status === 0;
}

function output(program, args) {
  return spawnSync(program, args, { encoding: 'utf8' }).stdout.trim();
}
