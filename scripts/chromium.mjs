// Finds the Chromium that tests the page and takes its pictures, and installs Debian's where that is
// possible.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PLACES = [
  process.env.ZEROSCOUT_CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The path of the program; undefined if there is none. */
export function findChromium() {
  return PLACES.find((place) => place !== '' && existsSync(place));
}

/** The launch options: root cannot use Chromium's sandbox, and containers have little shared memory. */
export function launchOptions() {
  const isRoot = process.getuid?.() === 0;
  return {
    executablePath: findChromium(),
    args: ['--disable-dev-shm-usage', ...(isRoot ? ['--no-sandbox'] : [])],
  };
}

/** Reports the result in one line; a failed installation is not an error. */
export function installChromium() {
  const found = findChromium();
  if (found) return console.log(`Chromium is ${found}`);
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || spawnSync('apt-get', ['--version']).status !== 0)
    return console.log('no Chromium: tests of the page are skipped (as root: apt-get install chromium)');
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], options);
  console.log(
    findChromium()
      ? `Chromium is installed: ${findChromium()}`
      : 'apt-get brought no Chromium: tests of the page are skipped',
  );
}
