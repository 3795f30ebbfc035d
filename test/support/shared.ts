// Lists paths in shared/, outside the repository: accuracies of published benchmarks, which have licences of
// their own.
import { existsSync } from 'node:fs';

/** Whether the file is missing; prints that. For `describe.skipIf` and `it.skipIf`. */
export function isMissing(path: string): boolean {
  const missing = !existsSync(path);
  if (missing) console.log(`skipped: ${path} is not there; ZEROSCOUT_SHARED names the folder that has it`);
  return missing;
}
