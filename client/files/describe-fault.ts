// Explains in plain words why the system refused a file or a folder.

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be too large',
  EIO: 'the device reports an error',
  ENOTDIR: 'there is a file where a folder should be',
  EISDIR: 'there is a folder where a file should be',
  ENOENT: 'the file system does not allow creating it there',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many links',
  EMFILE: 'too many files are open',
};

/** `no space is left on the device (ENOSPC)`; for errors without such a code, their message. */
export function describeFault(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return message;
  const words = WORDS[code];
  return words === undefined ? message : `${words} (${code})`;
}

/** Whether an error came from the system while a file was opened, written or renamed. */
export function isFileFault(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code !== undefined && /^(open|write|writev|fsync|close|rename|ftruncate|mkdir)$/.test(syscall ?? '');
}
