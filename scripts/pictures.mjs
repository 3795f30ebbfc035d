// Makes the pictures of the page for README and the guides, from a real search: `npm run pictures`.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { connect, embeddedServers } from '../dist/client/index.js';
import { startHttpServer } from '../dist/http/server.js';
import { launchOptions } from './chromium.mjs';

const FOLDER = fileURLToPath(new URL('../docs/public/pictures/', import.meta.url));
const TOKEN = 'token-of-the-pictures';
const SIZE = { width: 1200, height: 760 };
const SEARCHES = [
  { id: 'cells', seed: 1, samples: 600 },
  { id: 'cells-again', seed: 2, samples: 600 },
];

const home = mkdtempSync(join(tmpdir(), 'zeroscout-pictures-'));
const scout = await connect({ home, onNote: () => {} });
const server = await startHttpServer({
  zeroscout: scout,
  program: { version: '' },
  listen: { port: 0 },
  tokens: { operator: TOKEN },
  onFault: (error) => console.error(error),
});
const browser = await chromium.launch(launchOptions());
try {
  await runSearches();
  mkdirSync(FOLDER, { recursive: true });
  for (const colorScheme of ['light', 'dark']) await takeAll(colorScheme);
} finally {
  await browser.close();
  await server.close();
  await scout.close();
  await embeddedServers.stop({ home });
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}

async function runSearches() {
  for (const { id, seed, samples } of SEARCHES) {
    const text = `name: ${id}\nspace: nas-bench-201\nstrategy: { kind: random, samples: ${samples} }\nfidelity: { draws: 2, batch: 8, resolution: 16 }\nseed: ${seed}\n`;
    const search = await scout.searches.start({ id, specification: { text } });
    await search.results();
  }
}

/** Dark ones are taken of the first view of README alone. */
async function takeAll(colorScheme) {
  const context = await browser.newContext({ viewport: SIZE, colorScheme });
  const page = await context.newPage();
  await page.goto(`${server.url}?token=${TOKEN}`);
  const take = async ({ path, name, shows }) => {
    await page.goto(new URL(path, server.url).href);
    await page.locator(shows).first().waitFor();
    await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => {});
    await page.screenshot({ path: join(FOLDER, `${name}.png`) });
    console.log(`docs/public/pictures/${name}.png`);
  };
  if (colorScheme === 'dark')
    await take({ path: 'searches/cells/candidate/1', name: 'candidate-dark', shows: '.picture svg' });
  else
    for (const view of [
      { path: 'searches/cells/ranking', name: 'ranking', shows: '.grid-row .link' },
      { path: 'searches/cells/candidate/1', name: 'candidate', shows: '.picture svg' },
      { path: 'searches/cells/pictures', name: 'pictures', shows: 'canvas' },
      { path: 'compare?ids=cells,cells-again', name: 'compare', shows: '.interval' },
    ])
      await take(view);
  await context.close();
}
