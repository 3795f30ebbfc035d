// Suggests a command where an unknown one was typed, and keeps the error harmless for the terminal.
import type { Command } from 'commander';
import { nearest } from '../core/text/nearest.js';
import { replaceEscapes } from './render/terminal.js';

/** Words that people often type, each with the command that they probably mean. */
const MEANT: Readonly<Record<string, string>> = {
  search: 'run SPEC starts a search, status lists them',
  searches: 'status lists searches',
  start: 'run SPEC starts a search, services up the servers',
  list: 'status lists searches, schedule list schedules',
  show: 'results ID shows a ranking, status ID a search',
  ranking: 'results ID shows a ranking',
  stop: 'cancel ID ends a search, services down the servers',
  delete: 'gc removes what old searches left',
  spaces: 'space describe KIND shows a space',
  schedules: 'schedule list shows them',
};

/**
 * Commander suggests words that look alike by a measure of its own, such as `space` for `serach`; this
 * replaces it.
 */
export function adviseCommands(command: Command): void {
  command.configureOutput({
    outputError: (text, write) => write(replaceEscapes(withAdvice({ command, text }))),
  });
  for (const child of command.commands) adviseCommands(child);
}

function withAdvice({ command, text }: { readonly command: Command; readonly text: string }): string {
  const [, word] = /unknown command '(.*)'/.exec(text) ?? [];
  if (word === undefined) return text;
  const names = command.commands.map((child) => child.name());
  // These words apply to the program itself; `schedule list` is not an unknown command.
  const words = command.parent === null ? Object.keys(MEANT) : [];
  const near = nearest({ word, known: [...names, ...words] });
  const advice =
    near === undefined
      ? ''
      : `\n(${MEANT[near] && !names.includes(near) ? MEANT[near] : `did you mean ${near}?`})`;
  return text.replace(/\n\(Did you mean [^\n]*\)/, '').replace(/\n?$/, `${advice}\n`);
}
