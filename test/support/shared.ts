// In: a path below shared/ (goldens, accuracies). Out: where it is; a test that needs it is skipped, with a line, where it is not.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = process.env.ZEROSCOUT_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));

export const GOLDENS_NB201 = join(ROOT, 'goldens/nb201/cases.json');
export const GOLDENS_AUTOFORMER = join(ROOT, 'goldens/autoformer/cases.json');
export const COSTS_AUTOFORMER = join(ROOT, 'goldens/autoformer/costs.json');
/** Folder. */
export const GOLDENS_MBV2 = join(ROOT, 'goldens/mbv2');

/** Whether the file is missing; then says so. For `describe.skipIf` and `it.skipIf`. */
export function isMissing(path: string): boolean {
  const missing = !existsSync(path);
  if (missing) console.log(`skipped: ${path} is not there; ZEROSCOUT_SHARED names the folder that has it`);
  return missing;
}
