// Writes a comparison into a folder: comparison.json with the whole comparison, and a CSV file for each
// table.
import { writeFile } from 'node:fs/promises';
import type { Comparison } from '../../core/comparison/comparison.js';
import { comparisonTables } from '../../core/comparison/tables.js';
import { placeFile } from '../files/out-folder.js';

export async function writeComparison({
  folder,
  comparison,
}: {
  readonly folder: string;
  readonly comparison: Comparison;
}): Promise<void> {
  const files = {
    'comparison.json': `${JSON.stringify(comparison, null, 2)}\n`,
    ...comparisonTables(comparison),
  };
  for (const [name, text] of Object.entries(files))
    await placeFile({ folder, name }, (path) => writeFile(path, text));
}
