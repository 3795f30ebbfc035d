// Installs the packed package in an empty folder, as npm install would, with the dependencies of this
// checkout.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './zeroscout.js';

export interface InstalledPackage {
  /** The folder in which the package is installed. */
  readonly folder: string;
  readonly remove: () => void;
}

/**
 * Packs this checkout and installs it in a new folder. With ZEROSCOUT_TEST_INSTALL=npm, npm installs it with
 * its dependencies from the registry. Otherwise the packages under dependencies in package.json, and the
 * types of Node, are linked beside it, so that the test needs no registry and undeclared dependencies are not
 * found.
 */
export function installPackage(): InstalledPackage {
  const folder = mkdtempSync(join(tmpdir(), 'zeroscout-package-'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "reader", "private": true, "type": "module" }\n');
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const archive = join(folder, filename);
  if (process.env.ZEROSCOUT_TEST_INSTALL === 'npm') installByNpm(folder, archive);
  else installByLinks(folder, archive);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

function installByNpm(folder: string, archive: string): void {
  const options = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  execFileSync('npm', ['install', ...options, archive, '@types/node@20'], { cwd: folder, stdio: 'pipe' });
}

function installByLinks(folder: string, archive: string): void {
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'zeroscout');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  mkdirSync(own);
  execFileSync('tar', ['-xzf', archive, '-C', own, '--strip-components=1']);
  const { dependencies, bin } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly bin: Readonly<Record<string, string>>;
  };
  for (const name of [...Object.keys(dependencies), '@types/node']) {
    const link = join(modules, name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link);
  }
  for (const [name, file] of Object.entries(bin))
    symlinkSync(join('..', 'zeroscout', file), join(modules, '.bin', name));
}

/** The program in docs/guides/typescript.md. */
export function documentedProgram(): string {
  const guide = readFileSync(join(ROOT, 'docs/guides/typescript.md'), 'utf8');
  return /```ts\n([\s\S]*?)```/.exec(guide)![1]!;
}
