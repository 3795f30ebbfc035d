// Paths of what lies outside the repository, in shared/: accuracies of published benchmarks, whose licences are other people's.
import { existsSync } from 'node:fs';

/** Whether the file is missing; then says so. For `describe.skipIf` and `it.skipIf`. */
export function isMissing(path: string): boolean {
  const missing = !existsSync(path);
  if (missing) console.log(`skipped: ${path} is not there; ZEROSCOUT_SHARED names the folder that has it`);
  return missing;
}
