// Tests that images are fetched once into a verified file, shared by simultaneous users, and removed at the
// end.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { createLocalImages } from '../../activities/local-images.js';
import type { Images } from '../../core/specification/images.js';
import { createMemoryStore } from '../../store/memory.js';

const { blobs } = createMemoryStore();
const put = async (value: number): Promise<Images> => {
  const values = new Float32Array(2 * 8 * 8).fill(value);
  return { digest: await blobs.put(new Uint8Array(values.buffer)), shape: [2, 1, 8, 8] };
};

test('a file is there while somebody works with it, fetched once for all', async () => {
  let fetched = 0;
  const counted = {
    ...blobs,
    stream: (digest: string) => {
      fetched++;
      return blobs.stream(digest);
    },
  };
  const local = createLocalImages({ blobs: counted });
  const sets = await Promise.all([1, 2, 3, 4].map(put));
  const files = await Promise.all(
    [0, 1, 2, 3, 0, 1].map((at) =>
      local.withFile(sets[at]!, async (file) => {
        const bytes = readFileSync(file);
        expect(new Float32Array(bytes.buffer, bytes.byteOffset, 128)[5]).toBe(at + 1);
        return file;
      }),
    ),
  );
  expect(fetched).toBe(4);
  expect(new Set(files).size).toBe(4);
  // Two sets are kept for later shards.
  expect(new Set(files.filter(existsSync)).size).toBe(2);
  await local.close();
  expect(files.filter(existsSync)).toEqual([]);
});

test('a file that somebody still works with stays, however many others come and go', async () => {
  const local = createLocalImages({ blobs });
  const sets = await Promise.all([1, 2, 3, 4].map(put));
  await local.withFile(sets[0]!, async (file) => {
    for (const other of sets.slice(1)) await local.withFile(other, async () => {});
    expect(existsSync(file)).toBe(true);
  });
  await local.close();
});

test('what is not what the digest or the shape says is nobody’s file, and fetched anew', async () => {
  const images = await put(1);
  let damaged = true;
  const local = createLocalImages({
    blobs: {
      ...blobs,
      stream: async function* (digest: string) {
        const bytes = Uint8Array.from(await blobs.get(digest));
        if (!damaged) return yield bytes;
        yield bytes;
        throw new Error('not what the digest says');
      },
    },
  });
  const content = () => local.withFile(images, async (file) => readFileSync(file).length);
  await expect(content()).rejects.toThrow('not what the digest says');
  damaged = false;
  expect(await content()).toBe(512);
  const wrong: Images = { ...images, shape: [3, 1, 8, 8] };
  const other = createLocalImages({ blobs });
  await expect(other.withFile(wrong, async () => 1)).rejects.toThrow('shape 3 x 1 x 8 x 8 needs 768');
  await Promise.all([local.close(), other.close()]);
});

test('a kept file that somebody removed is fetched again, with its folder', async () => {
  const images = await put(1);
  const local = createLocalImages({ blobs });
  const read = () => local.withFile(images, async (file) => [file, readFileSync(file).length] as const);
  const [file, size] = await read();
  rmSync(file);
  expect(await read()).toEqual([file, size]);
  rmSync(dirname(file), { recursive: true });
  expect(await Promise.all([read(), read()])).toEqual([
    [file, size],
    [file, size],
  ]);
  await local.close();
});

test('a folder that could not be made once is made for the next shard', async () => {
  const images = await put(1);
  const local = createLocalImages({ blobs });
  const read = () => local.withFile(images, async (file) => readFileSync(file).length);
  const { TMPDIR } = process.env;
  process.env.TMPDIR = '/dev/null/none';
  await expect(read()).rejects.toThrow('ENOTDIR');
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  expect(await read()).toBe(512);
  await local.close();
});
