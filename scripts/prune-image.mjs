// Deletes what the image does not need: native libraries of other platforms, declarations, maps, sources and documents of packages.
// `node scripts/prune-image.mjs NODE_MODULES DIST`
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const [modules, dist] = process.argv.slice(2);
if (modules === undefined || dist === undefined)
  throw new Error('usage: node scripts/prune-image.mjs NODE_MODULES DIST');

/** Rust's names of platforms. */
const TRIPLES = {
  'linux-x64': 'x86_64-unknown-linux-gnu',
  'linux-arm64': 'aarch64-unknown-linux-gnu',
};
const triple = TRIPLES[`${process.platform}-${process.arch}`];
if (triple === undefined) throw new Error(`no image is made for ${process.platform}-${process.arch}`);
const runtime = 'onnxruntime-node/bin/napi-v6';

/** The only entry of a folder that stays. */
const ONLY = {
  [runtime]: process.platform,
  [`${runtime}/${process.platform}`]: process.arch,
  '@temporalio/core-bridge/releases': triple,
};
for (const [path, stays] of Object.entries(ONLY)) {
  const entries = existsSync(join(modules, path)) ? readdirSync(join(modules, path)) : [];
  // A package that has moved its libraries would grow the image unseen, or lose what it needs.
  if (!entries.includes(stays))
    throw new Error(`${path} has no ${stays}: it has ${entries.join(', ') || 'nothing'}`);
  for (const entry of entries) if (entry !== stays) remove(join(modules, path, entry));
}

// Rust sources of the core.
for (const name of ['sdk-core', 'src', 'Cargo.toml', 'Cargo.lock'])
  remove(join(modules, '@temporalio/core-bridge', name));

/** Nothing of these is loaded at run time. */
const UNUSED = /\.(map|md|markdown|d\.ts|d\.mts|d\.cts|tsbuildinfo|flow)$|(?<!\.d)\.[cm]?ts$/;
const UNUSED_FOLDERS = new Set(['__tests__', '__test__', 'test', 'tests', 'benchmark', '.github']);
prune(modules);
prune(dist);

function prune(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    // Only below a package: a package may be called `test`.
    const isUnusedFolder = UNUSED_FOLDERS.has(entry.name) && existsSync(join(folder, 'package.json'));
    if (entry.isDirectory()) {
      if (isUnusedFolder) remove(path);
      else prune(path);
    } else if (UNUSED.test(entry.name)) remove(path);
  }
}

function remove(path) {
  rmSync(path, { recursive: true, force: true });
}
