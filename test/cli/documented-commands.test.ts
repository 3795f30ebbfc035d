// Tests that every `zeroscout` command in the documents exists and has the options that are shown with it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../cli/program.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** CHANGELOG.md is left out, because it names commands of earlier versions. */
const documents = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...pagesOf('docs')];
const program = await createProgram();

function pagesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !/^(node_modules|\.vitepress)\//.test(name))
    .map((name) => join(folder, name));
}

/** The words after `zeroscout` in code: in backticks, on indented lines, and in fenced blocks. */
function commandsIn(text: string): string[][] {
  const code = [
    ...[...text.matchAll(/`(?:npx )?zeroscout ([^`\n]+)`/g)].map(([, words]) => words!),
    ...[...text.matchAll(/^(?: {4,}|\$ |exec )(?:exec |\$ )?(?:npx )?zeroscout ([^\n]+)$/gm)].map(
      ([, words]) => words!,
    ),
  ];
  return code.map((words) => words.replace(/\s+#.*$/, '').split(/[\s|]+/));
}

/** What is wrong with a command; undefined if nothing is. */
function faultOf(words: readonly string[]): string | undefined {
  let command: Command = program;
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (!next) break;
    command = next;
  }
  if (command === program) return `no command "${words[0]}"`;
  const known = new Set(command.options.flatMap(({ long, short }) => [long, short]));
  const options = words.flatMap((word) => /^--?[a-z][\w-]*/.exec(word)?.[0] ?? []);
  const strange = options.filter((option) => !known.has(option) && option !== '--help');
  return strange.length > 0 ? `${command.name()} has no ${strange.join(', ')}` : undefined;
}

test.each(documents)('%s shows commands and options that exist', (document) => {
  const commands = commandsIn(readFileSync(join(ROOT, document), 'utf8'));
  const faults = commands.flatMap((words) => {
    const fault = faultOf(words);
    return fault === undefined ? [] : [`zeroscout ${words.join(' ')}: ${fault}`];
  });
  expect(faults).toEqual([]);
});

test('a wrong command and a wrong option are found', () => {
  expect(faultOf(['serch'])).toBe('no command "serch"');
  expect(faultOf(['run', 'SPEC.yaml', '--outt', 'DIR'])).toBe('run has no --outt');
  expect(faultOf(['schedule', 'create', 'nightly', '--cron', 'x'])).toBeUndefined();
  expect(commandsIn('    npx zeroscout run a.yaml # comment').flat()).toEqual(['run', 'a.yaml']);
});
