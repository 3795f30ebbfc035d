// Fails if a message of the library names a command or a flag: only cli/ knows those.
import { parseSources, stringsOf } from './sources.mjs';

const LIBRARY = ['core', 'engine', 'store', 'activities', 'workflows', 'workers', 'client', 'http'];
/** The texts of reference pages about the command line. */
const REFERENCE = new Set(['core/settings.ts', 'core/report/file-formats.ts']);
/** `zeroscout gc` in a sentence, or a flag in one; arguments of child processes are words without spaces. */
const NAMES_COMMAND = /`zeroscout [a-z]|\bzeroscout [a-z]+ (-|[a-z]+ -)/;
const NAMES_FLAG = /\s.*(^|[\s`(])--[a-z]{2}|(^|[\s`(])--[a-z]{2}.*\s/;

/** Commands of NATS and Temporal, for which there is no call of the library. */
const OTHER_PROGRAMS = /\bnsc edit account --js-enable 1/;

const found = parseSources(LIBRARY)
  .filter(({ path }) => !REFERENCE.has(path))
  .flatMap(stringsOf)
  .map(({ text, place }) => ({ text: text.trim().replace(OTHER_PROGRAMS, ''), place }))
  .filter(({ text }) => NAMES_COMMAND.test(text) || NAMES_FLAG.test(text));

for (const { place, text } of found)
  console.error(
    `${place} names a command or a flag: ${JSON.stringify(text.slice(0, 100))}; give the error an advice with a code, which cli/advice.ts says in commands`,
  );
process.exit(found.length > 0 ? 1 : 0);
