// Finds a Chromium or a browser made from it, which prints reports as PDF.
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { SpecError } from '../../core/errors.js';
import { listPathFolders } from '../embedded/process.js';

/** The names of the program on PATH, as Debian, Fedora, Google and Microsoft call it. */
const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'brave-browser',
];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/snap/bin/chromium',
];

/** The absolute path of the program. Throws a SpecError that says the way out where there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string {
  const named = env.CHROMIUM_PATH;
  if (named !== undefined && named !== '') {
    if (isAbsolute(named) && existsSync(named)) return named;
    throw SpecError.of({
      path: 'CHROMIUM_PATH',
      message: `found "${named}"; must be the absolute path of a program that exists`,
    });
  }
  const onPath = NAMES.flatMap((name) => listPathFolders(env).map((folder) => join(folder, name)));
  const found = [...onPath, ...PLACES].find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw SpecError.of({
    path: 'format',
    message: `pdf needs Chromium, and none was found; install it (Debian: apt-get install chromium), name one in CHROMIUM_PATH, or write the report as html and print it from a browser`,
  });
}
