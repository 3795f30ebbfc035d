// Writes the page of the codes of errors from their tables.
import {
  ADVICE_CODES,
  ERROR_CODES,
  HTTP_CODES,
  ISSUE_REASONS,
  SERVICE_REASONS,
  TERMINAL_CODES,
} from '../../dist/core/error-codes.js';
import { code, page, table } from './markdown.mjs';

export function errorsPage() {
  return page(
    'Errors',
    'The codes of errors, for programs. The library throws errors with these fields; a command with `--json` prints `{"error": {"code": ..., "message": ..., ...}}` to standard output, beside the message on standard error and the [exit code](exit-codes.md); the HTTP API answers with problem details that have `code` and `reason`. Messages are for people and may change; codes stay.',
    [
      `## Code\n\nOn the command line also \`interrupted\`, and \`failed\` for an error without a code.\n\n${rows('code', ERROR_CODES)}`,
      `## Code of the HTTP API

Beside those of the library, each with its status.

${rows('code', HTTP_CODES)}`,
      `## Reason of a server that is away\n\nA \`ServiceError\` also has the \`address\` of the server, \`fault\` (what is wrong), \`remedy\` (what to do), and \`settings\`, the [settings](settings.md) of which one may have to be changed.\n\n${rows('reason', SERVICE_REASONS)}`,
      `## Reason of an issue\n\nAn issue of a \`SpecError\` that is about a file or a network has a \`reason\`, beside the field (\`path\`), the \`file\` and the position in it.\n\n${rows('reason', ISSUE_REASONS)}`,
      `## Advice\n\nThe \`code\` of an error's \`advice\`, where there is a way out that a program can take. \`text\` says it for people, \`about\` is its subject, such as the id of a search.\n\n${rows('code', ADVICE_CODES)}`,
      `## Errors that end a search\n\nA \`TerminalError\` in a worker's log and in Temporal's history: the step would fail again in the same way, and is not repeated.\n\n${rows('code', TERMINAL_CODES)}`,
    ],
  );
}

function rows(name, meanings) {
  return table(
    [name, 'means'],
    Object.entries(meanings).map(([key, meaning]) => [code(key), meaning]),
  );
}
