// Compiles the sources into dist/, bundles the workflows and builds the page. Skips what is newer in dist/ than
// its sources.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ROOMS } from './rooms.cjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const SETTINGS = [
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/build.mjs',
  'scripts/rooms.cjs',
];
/** Folders of measured figures and of Python, which are not compiled. */
const NO_SOURCES = new Set(['bench/results', 'reference/pytorch'].map((path) => join(root, path)));
/** This file is written last, so its time is the time of the build. */
const BUNDLE = join(root, 'dist/workflow-bundle.js');
const PAGE = join(root, 'dist/page/index.html');

if (isStale()) {
  console.log('building dist/');
  removeLeftovers();
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
  const { buildWorkflowBundles } = await import(pathToFileURL(join(root, 'dist/workers/bundle.js')).href);
  await buildWorkflowBundles();
}
if (newest(join(root, 'page')) > timeOf(PAGE) || newest(join(root, 'package-lock.json')) > timeOf(PAGE)) {
  console.log('building the page');
  const { build } = await import('vite');
  await build({ configFile: join(root, 'page/vite.config.ts') });
}
linkCommand();

function isStale() {
  const built = timeOf(BUNDLE);
  return [...ROOMS, ...SETTINGS].some((name) => newest(join(root, name)) > built);
}

/** The time at which a file was written; 0 if it does not exist. */
function timeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * The time of the newest change to a source below a path, in milliseconds since 1970. Removing a file changes
 * its folder.
 */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path)
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(path, name))
    .filter((inside) => !NO_SOURCES.has(inside))
    .reduce((time, inside) => Math.max(time, newest(inside)), stat.mtimeMs);
}

/** Removes compiled files whose sources are gone, because an import would still find them. */
function removeLeftovers() {
  for (const room of ROOMS) {
    const folder = join(root, 'dist', room);
    if (!existsSync(folder)) continue;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath ?? entry.path, entry.name);
      const source = file.replace(/\.(js|js\.map|d\.ts)$/, '.ts').replace(join(root, 'dist'), root);
      if (entry.isFile() && !existsSync(source)) rmSync(file);
    }
  }
}

/** `npx zeroscout` finds the command where npm puts those of installed packages; npm ci removes it. */
function linkCommand() {
  const link = join(root, 'node_modules/.bin/zeroscout');
  chmodSync(join(root, 'dist/cli/main.js'), 0o755);
  if (existsSync(link)) return;
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync('../../dist/cli/main.js', link);
}
