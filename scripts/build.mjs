// Compiles the sources into dist/ and bundles the workflows. Does nothing where dist/ is newer than every source.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = ['core', 'engine', 'store', 'activities', 'workflows', 'workers', 'cli', 'bench', 'package-lock.json', 'tsconfig.json'];

/** Time of the newest change below a path, in milliseconds since 1970. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce(
    (time, name) => (name.startsWith('.') || name === 'results' ? time : Math.max(time, newest(join(path, name)))),
    stat.mtimeMs,
  );
}

const bundle = join(root, 'dist/workflow-bundle.js');
const stale = !existsSync(bundle) || SOURCES.some((name) => newest(join(root, name)) > statSync(bundle).mtimeMs);
if (stale) {
  console.log('building dist/');
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  const { buildWorkflowBundle } = await import(join(root, 'dist/workers/bundle.js'));
  await buildWorkflowBundle();
}
