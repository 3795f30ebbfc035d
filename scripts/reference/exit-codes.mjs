// Writes the page of the exit codes from their table.
import { EXIT, EXIT_MEANINGS } from '../../dist/cli/exit-codes.js';
import { code, page, table } from './markdown.mjs';

export function exitCodesPage() {
  const rows = Object.entries(EXIT).map(([name, value]) => [code(value), EXIT_MEANINGS[name]]);
  return page(
    'Exit codes',
    'These are the exit codes of all commands. If standard output cannot be written (a full disk), the code is 1; if its reader closed it early, as `head` does, the code is 0. With `--json`, a command that fails prints `{"error": {"code": ..., "message": ...}}` on standard output and has the same exit code; [Errors](errors.md) lists these codes.',
    [table(['code', 'means'], rows)],
  );
}
