// Keeps a specification's own images in a verified file on this machine while a shard uses them.
import { createWriteStream } from 'node:fs';
import { access, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BlobError } from '../core/errors.js';
import type { Images } from '../core/specification/images.js';
import type { BlobStore } from '../store/store.js';

/** The number of sets of images that are kept when no shard needs them. */
const KEPT = 2;

export interface LocalImages {
  /** Runs `work` with a file that exists until it ends. */
  withFile<T>(images: Images, work: (file: string) => Promise<T>): Promise<T>;
  /** Removes all files. */
  close(): Promise<void>;
}

interface Held {
  file: Promise<string>;
  users: number;
}

export function createLocalImages({ blobs }: { readonly blobs: BlobStore }): LocalImages {
  /** Files by digest, in the order of their last use. */
  const held = new Map<string, Held>();
  let folder: Promise<string> | undefined;

  async function fetch({ digest, shape }: Images): Promise<string> {
    // The digest becomes part of a file's name, so it must consist of hexadecimal digits alone.
    if (!/^[0-9a-f]{64}$/.test(digest)) throw new BlobError(`images: ${JSON.stringify(digest)} is no digest`);
    folder ??= mkdtemp(join(tmpdir(), 'zeroscout-images-'));
    // A folder that cannot be made now may be made for a later shard.
    folder.catch(() => {
      folder = undefined;
    });
    const file = join(await folder, digest);
    await mkdir(await folder, { recursive: true });
    // `stream` fails at the end of bytes that do not match the digest, so only a complete file gets the final
    // name.
    await pipeline(Readable.from(blobs.stream(digest)), createWriteStream(`${file}.part`));
    const wanted = shape.reduce((product, n) => product * n, 4);
    const { size } = await stat(`${file}.part`);
    if (size !== wanted)
      throw new BlobError(`images ${digest}: ${size} bytes; shape ${shape.join(' x ')} needs ${wanted}`);
    await rename(`${file}.part`, file);
    return file;
  }

  async function drop(): Promise<void> {
    const idle = [...held].filter(([, { users }]) => users === 0);
    for (const [digest, { file }] of idle.slice(0, Math.max(0, idle.length - KEPT))) {
      held.delete(digest);
      await rm(await file, { force: true });
    }
  }

  return {
    withFile: async (images, work) => {
      const entry = held.get(images.digest) ?? { file: fetch(images), users: 0 };
      held.delete(images.digest);
      held.set(images.digest, entry);
      entry.users++;
      // Somebody may have removed the file since, such as a cleaner of old temporary files.
      entry.file = entry.file.then(async (file) => ((await isThere(file)) ? file : fetch(images)));
      try {
        return await work(await entry.file);
      } finally {
        entry.users--;
        // A failed download is forgotten, so that the next attempt starts another one.
        await entry.file.catch(() => held.get(images.digest) === entry && held.delete(images.digest));
        await drop();
      }
    },
    close: async () => {
      held.clear();
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
