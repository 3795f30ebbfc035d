// Reads the commands below a heading of a page in docs/, so that tests run them as they are written.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './zeroscout.js';

/** The indented blocks between this heading and the next one. */
export function documentedCommands({ page, heading }: { page: string; heading: string }): readonly string[] {
  const lines = readFileSync(join(ROOT, 'docs', page), 'utf8').split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`docs/${page} has no heading "${heading}"`);
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^#{1,6} /.test(line));
  const section = rest.slice(0, end < 0 ? undefined : end);
  const blocks: string[] = [];
  for (const [i, line] of section.entries()) {
    if (!line.startsWith('    ')) continue;
    const goesOn = section[i - 1]?.startsWith('    ');
    blocks.push(goesOn ? `${blocks.pop()}\n${line.slice(4)}` : line.slice(4));
  }
  return blocks;
}
