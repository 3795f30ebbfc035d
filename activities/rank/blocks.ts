// Appends blocks of values to a file and reads them back in order, one block in memory at a time.
import { appendFile, open } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';

/**
 * Appends to the file at `path`, which is created if there is none. Accepts any value that can be cloned;
 * infinities and negative zero are preserved.
 */
export async function appendBlock<T>(path: string, values: readonly T[]): Promise<void> {
  const bytes = serialize(values);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  // On a disk that is nearly full `write` and `writev` write less than they are given; this is an error here.
  await appendFile(path, Buffer.concat([length, bytes]));
}

export async function* readBlocks<T>(path: string): AsyncGenerator<readonly T[]> {
  const file = await open(path, 'r');
  try {
    for (;;) {
      const length = Buffer.alloc(4);
      if ((await file.read(length)).bytesRead === 0) return;
      const bytes = Buffer.alloc(length.readUInt32LE());
      await file.read(bytes);
      yield deserialize(bytes) as readonly T[];
    }
  } finally {
    await file.close();
  }
}
