// Builds CUDA libraries that do nothing, for LD_LIBRARY_PATH, to match the installed CUDA provider of ONNX
// Runtime.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findRuntime, hasProvider, PROVIDER_FILES } from '../../../client/devices/cuda-libraries.js';

const SOURCE = fileURLToPath(new URL('./libraries.c', import.meta.url));
const LIBRARIES = [
  { name: 'cudart', file: 'libcudart.so.13', calls: /^(__)?cuda[A-Z]\w*$/ },
  { name: 'cublasLt', file: 'libcublasLt.so.13', calls: /^cublasLt\w*$/ },
  { name: 'cublas', file: 'libcublas.so.13', calls: /^cublas(?!Lt)[A-Z]\w*$/ },
  { name: 'cudnn', file: 'libcudnn.so.9', calls: /^cudnn[A-Z]\w*$/ },
  { name: 'curand', file: 'libcurand.so.10', calls: /^curand\w*$/ },
  { name: 'driver', file: 'libcuda.so.1', calls: /^cuTensorMapEncodeTiled$/ },
  { name: 'nvrtc', file: 'libnvrtc.so.13', calls: /^nvrtc[A-Z]\w*$/ },
] as const;

/** Whether tests with these libraries cannot run here; prints the reason. */
export function lacksNullCuda(): boolean {
  const runtime = findRuntime();
  const why =
    runtime && hasProvider(runtime) ? whyNoCompiler() : 'no CUDA provider; `zeroscout devices install cuda`';
  if (why) console.log(`skipped: libraries that stand for CUDA's: ${why}`);
  return why !== undefined;
}

function whyNoCompiler(): string | undefined {
  try {
    execFileSync('gcc', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no gcc';
  }
}

/**
 * Defines every function that the provider may call: those of libraries.c, and for each other one a stub that
 * succeeds.
 */
export function buildNullCuda({ folder }: { folder: string }): string {
  const names = namesIn(join(findRuntime()!.folder, PROVIDER_FILES[0]));
  const written = readFileSync(SOURCE, 'utf8');
  const has = new Set([...written.matchAll(/^[A-Za-z][\w ]*?[ *](\w+)\(/gm)].map(([, name]) => name));
  const libraries = join(folder, 'libraries');
  mkdirSync(libraries, { recursive: true });
  for (const { name, file, calls } of LIBRARIES) {
    const missing = names.filter((each) => calls.test(each) && !has.has(each));
    const source = join(folder, `${name}.c`);
    writeFileSync(source, [`#include "${SOURCE}"`, ...missing.map(stub)].join('\n'));
    // The provider looks up symbols by the library's version, except those that it resolves at run time.
    const versions = join(folder, `${name}.map`);
    writeFileSync(versions, `${file} { global: *; };\n`);
    const versioned = name === 'cudnn' || name === 'driver' ? [] : [`-Wl,--version-script=${versions}`];
    const flags = ['-w', '-O1', '-shared', '-fPIC', `-DLIB_${name}`, `-Wl,-soname,${file}`, ...versioned];
    execFileSync('gcc', [...flags, '-o', join(libraries, file), source]);
  }
  return libraries;
}

/** Functions that create something return it through their first argument. */
function stub(name: string): string {
  return /Create/.test(name)
    ? `int ${name}(Pointer *made) { return *made = calloc(1, 4096), SUCCESS; }`
    : `int ${name}() { return SUCCESS; }`;
}

/**
 * Words in the provider's file that can be names of functions: those in its symbol table, and those that it
 * resolves at run time.
 */
function namesIn(file: string): string[] {
  const words = new Set<string>();
  for (const [word] of readFileSync(file)
    .toString('latin1')
    .matchAll(/(?:__)?(?:cuda|cublas|cudnn|curand|nvrtc|cuTensorMap)[A-Z_a-z]\w{2,63}(?=\0|@)/g))
    words.add(word);
  return [...words];
}
