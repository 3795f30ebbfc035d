// Fails if a function in the rooms, the page or scripts/ has more than 60 lines.
import { ROOMS } from './rooms.cjs';
import { functionsOf, parseSources } from './sources.mjs';

const MOST_LINES = 60;

const tooLong = parseSources([...ROOMS, 'page', 'scripts'])
  .flatMap(functionsOf)
  .filter(({ lines }) => lines > MOST_LINES);

for (const { place, name, lines } of tooLong)
  console.error(`${place} ${name} has ${lines} lines; at most ${MOST_LINES}: give its parts names`);
process.exit(tooLong.length > 0 ? 1 : 0);
