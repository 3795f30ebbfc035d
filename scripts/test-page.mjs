// `npm run test:page`: opens every view of the page in Chromium during and after real searches, and uses it while
// workers and servers go and come back. `-- --pictures FOLDER` also writes pictures of every view at 1400 and 400
// pixels, light and dark. Where there is no Chromium, says so in a line and ends with code 0.
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium, installChromium } from './chromium.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const at = args.indexOf('--pictures');
const [, folder] = at < 0 ? [] : args.splice(at, 2);
if (at >= 0 && folder === undefined) {
  console.error('test:page: --pictures must be followed by a folder');
  process.exit(2);
}
installChromium();
if (!findChromium()) process.exit(0);
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const child = spawn(process.execPath, [vitest, 'run', ...(args.length > 0 ? args : ['test/tour'])], {
  cwd: root,
  env: {
    ...process.env,
    ZEROSCOUT_TOUR: '1',
    ...(folder === undefined ? {} : { ZEROSCOUT_TOUR_PICTURES: resolve(folder) }),
  },
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
