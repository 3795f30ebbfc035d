// Checks Node, platform, processors, memory and disk.

import { constants, existsSync, readFileSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Home } from '../embedded/home.js';
import { checkOwner } from '../embedded/home-folders.js';
import { describeFault } from '../files/describe-fault.js';
import type { Check } from './check.js';

const GIB = 1024 ** 3;
// Memory for two servers (300 MB), one scorer (800 MB at most) and two workers.
const MEMORY_GIB = 2;
// Disk space for binaries (180 MB) and databases.
const DISK_GIB = 1;
// Platforms for which both onnxruntime-node and the Temporal SDK provide binaries.
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64', 'win32-x64', 'win32-arm64'];

export async function checkMachine({ home }: { readonly home: Home }): Promise<readonly Check[]> {
  return [checkNode(), checkPlatform(), checkProcessors(), checkMemory(), await checkDisk({ home })];
}

function checkNode(): Check {
  const found = process.versions.node;
  const range = packageFile().engines.node;
  const wanted = range.replace(/^>=\s*/, '');
  const enough = found.localeCompare(wanted, 'en', { numeric: true }) >= 0;
  return {
    name: 'Node',
    status: enough ? 'ok' : 'missing',
    found,
    todo: enough ? '' : `install Node ${range}`,
  };
}

function checkPlatform(): Check {
  const found = `${process.platform}-${process.arch}`;
  const known = PLATFORMS.includes(found) && process.platform !== 'win32';
  return {
    name: 'platform',
    status: known ? 'ok' : 'warning',
    found,
    todo: known ? '' : 'not tested; Linux and macOS on x64 or arm64 are',
  };
}

function checkProcessors(): Check {
  const cores = availableParallelism();
  return {
    name: 'processors',
    status: cores >= 2 ? 'ok' : 'warning',
    found: `${cores} x ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    todo: cores >= 2 ? '' : 'one core serves everything: searches will be slow',
  };
}

function checkMemory(): Check {
  // In a container, its memory limit counts instead of the machine's memory.
  const limit = process.constrainedMemory?.() ?? 0;
  const bytes = limit > 0 && limit < totalmem() ? limit : totalmem();
  const enough = bytes >= MEMORY_GIB * GIB;
  return {
    name: 'memory',
    status: enough ? 'ok' : 'warning',
    found: `${(bytes / GIB).toFixed(1)} GiB`,
    todo: enough ? '' : `${MEMORY_GIB} GiB are needed for the servers and one scorer`,
  };
}

async function checkDisk({ home }: { readonly home: Home }): Promise<Check> {
  let folder = home.root;
  try {
    checkOwner({ home });
  } catch (error) {
    return {
      name: 'disk',
      status: 'missing',
      found: (error as Error).message,
      todo: 'set ZEROSCOUT_HOME to a folder of your own',
    };
  }
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  try {
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const enough = free >= DISK_GIB * GIB;
    return {
      name: 'disk',
      status: enough ? 'ok' : 'warning',
      found: `${(free / GIB).toFixed(1)} GiB free for ${home.root}`,
      todo: enough ? '' : `make room, or set ZEROSCOUT_HOME to a folder with ${DISK_GIB} GiB`,
    };
  } catch (error) {
    return {
      name: 'disk',
      status: 'warning',
      found: `${folder}: ${describeFault(error)}`,
      todo: 'embedded servers write there: set ZEROSCOUT_HOME to a folder that can be read and written',
    };
  }
}

/** The package.json of zeroscout, whether this file runs from source or from dist/. */
function packageFile(): { readonly engines: { readonly node: string } } {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
