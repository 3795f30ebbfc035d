// Implements `npm run docs`: writes the reference pages and builds the documentation site into
// docs/.vitepress/dist; `npm run docs -- --serve` shows it during writing. Installs its tools in
// docs/node_modules if they are missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const docs = fileURLToPath(new URL('../docs', import.meta.url));
const npm = process.env.npm_execpath;
const [command, ...prefix] = npm ? [process.execPath, npm] : ['npm'];

run(process.execPath, ['scripts/reference.mjs'], root);
if (!existsSync(`${docs}/node_modules/.package-lock.json`))
  run(command, [...prefix, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], docs);
const action = process.argv.includes('--serve') ? 'dev' : 'build';
run(process.execPath, ['node_modules/vitepress/bin/vitepress.js', action, '.'], docs);
if (action === 'build') console.log('the site is in docs/.vitepress/dist');

function run(program, args, cwd) {
  const { status } = spawnSync(program, args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
