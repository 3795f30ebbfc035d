// Writes the page of the exit codes from their table.
import { EXIT, EXIT_MEANINGS } from '../../dist/cli/exit-codes.js';
import { code, page, table } from './markdown.mjs';

export function exitCodesPage() {
  const rows = Object.entries(EXIT).map(([name, value]) => [code(value), EXIT_MEANINGS[name]]);
  return page(
    'Exit codes',
    'What a command of `zeroscout` ends with. A standard output that cannot be written (a full disk) is 1; one that was closed early, as by `head`, is 0.',
    [table(['code', 'means'], rows)],
  );
}
