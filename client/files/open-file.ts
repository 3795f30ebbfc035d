// Opens a file that a person or a program passes in: a path on this machine, or the bytes themselves.
import { Readable } from 'node:stream';
import { openRegularFile } from '../../store/regular-file.js';

/** A file: its path on this machine, or its contents. */
export type FileInput = string | Uint8Array;

export function isFileInput(value: unknown): value is FileInput {
  return (typeof value === 'string' && value !== '') || value instanceof Uint8Array;
}

/** An opened file; the caller must close it. */
export interface OpenedFile {
  readonly size: number;
  /** Reads up to `target.length` bytes from byte `position` on, and returns the number of bytes read. */
  read(target: Uint8Array, position: number): Promise<number>;
  /** The bytes from `start` on. The stream closes the file at its end. */
  stream(start: number): Readable;
  close(): Promise<void>;
}

/** Opens regular files only; a named pipe or a device is an immediate error. */
export async function openFile(file: FileInput): Promise<OpenedFile> {
  return typeof file === 'string' ? openPath(file) : openBytes(file);
}

async function openPath(path: string): Promise<OpenedFile> {
  const handle = await openRegularFile(path);
  const { size } = await handle.stat();
  return {
    size,
    read: async (target, position) => (await handle.read(target, 0, target.length, position)).bytesRead,
    stream: (start) => handle.createReadStream({ start, highWaterMark: 1024 * 1024 }),
    close: () => handle.close(),
  };
}

function openBytes(bytes: Uint8Array): OpenedFile {
  return {
    size: bytes.length,
    read: async (target, position) => {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
    stream: (start) => Readable.from([bytes.subarray(start)]),
    close: async () => {},
  };
}
