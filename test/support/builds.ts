// Copies dist/ and gives the copy another engine version with the same numbers, as a second build for tests
// of upgrades.
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestHome } from './home.js';
import { ROOT } from './zeroscout.js';

/** Returns the command line's script of the build. */
export function otherBuild({ home, engine }: { home: TestHome; engine: string }): string {
  const root = join(home.dir, engine);
  mkdirSync(root);
  cpSync(join(ROOT, 'dist'), join(root, 'dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const file = join(root, 'dist/core/engine-version.js');
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(/ENGINE_VERSION = '[^']+'/, `ENGINE_VERSION = '${engine}'`);
  if (changed === text) throw new Error(`${file} has no ENGINE_VERSION`);
  writeFileSync(file, changed);
  return join(root, 'dist/cli/main.js');
}
