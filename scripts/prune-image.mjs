// Deletes what the image does not need: native libraries of other platforms, declarations, maps, sources and documents of packages.
// Unpacks the compiler of modules. `node scripts/prune-image.mjs NODE_MODULES DIST`
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

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
  'fs-native-extensions/prebuilds': `${process.platform}-${process.arch}`,
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

// Copies of the same modules that only bundlers read.
for (const name of readdirSync(join(modules, '@opentelemetry')))
  for (const copy of ['esm', 'esnext']) remove(join(modules, '@opentelemetry', name, 'build', copy));

unpackCompiler();

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

/**
 * The library of @swc/core is compressed, and unpacks itself into a cache that has to be writable, executable and
 * protected from other users. A container with a read-only root may have no such folder, so the image holds the
 * unpacked library.
 */
function unpackCompiler() {
  const cache = mkdtempSync(join(tmpdir(), 'swc-'));
  const swc = resolve(modules, '@swc');
  execFileSync(process.execPath, ['-e', `require(${JSON.stringify(join(swc, 'core'))}).transformSync('')`], {
    env: { ...process.env, SWC_NATIVE_BINDING_CACHE: cache },
  });
  const [unpacked, ...others] = filesIn(cache, /\.node$/);
  const [packed, ...rest] = readdirSync(swc)
    .filter((name) => name.startsWith('core-'))
    .flatMap((name) => filesIn(join(swc, name), /\.node$/));
  if (!unpacked || !packed || others.length + rest.length > 0)
    throw new Error(
      '@swc/core does not unpack one library into its cache any more; see whether it needs one',
    );
  copyFileSync(unpacked, packed);
  chmodSync(packed, 0o644);
  remove(cache);
}

function filesIn(folder, pattern) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name));
}

function remove(path) {
  rmSync(path, { recursive: true, force: true });
}
