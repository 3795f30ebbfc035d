// Measures when the first view of the page can be used in Chromium, from the start of its navigation: part of
// `npm run bench:http`.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { median } from '../dist/bench/measure/statistics.js';
import { connect, embeddedServers } from '../dist/client/index.js';
import { startHttpServer } from '../dist/http/server.js';
import { findChromium, launchOptions } from './chromium.mjs';

/** Milliseconds that issue 17 allows on 2 cores. */
const LIMIT = 1_000;
const ROUNDS = 5;
const SEARCHES = 3;
const TOKEN = 'token-of-the-bench';
/**
 * Reports the time at which the first row of the list is in the document, has been painted, and the main thread is
 * free to handle a click.
 */
const WATCH = `new MutationObserver((_, observer) => {
  if (!document.querySelector('table.cards a')) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => window.noteUsable(performance.now())));
}).observe(document, { childList: true, subtree: true });`;

if (!findChromium()) {
  console.log('no Chromium: the start of the page is not measured');
  process.exit(0);
}
const home = mkdtempSync(join(tmpdir(), 'zeroscout-bench-page-'));
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
  for (let seed = 1; seed <= SEARCHES; seed++) {
    const text = `name: cells-${seed}\nspace: nas-bench-201\nstrategy: { kind: random, samples: 10 }\nfidelity: { draws: 1, batch: 2, resolution: 8 }\nseed: ${seed}\n`;
    await (await scout.searches.start({ specification: { text } })).results();
  }
  const [before] = loadavg();
  const times = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await timeStart());
  const middle = median(times);
  const name = 'first search of the page'.padEnd(32);
  const load = `load ${before.toFixed(1)} to ${loadavg()[0].toFixed(1)} on ${cpus().length} cores`;
  console.log(
    `${name} ${middle.toFixed(0).padStart(6)} ms${middle > LIMIT ? `  above ${LIMIT}` : ''}  (${load})`,
  );
} finally {
  await browser.close();
  await server.close();
  await scout.close();
  await embeddedServers.stop({ home });
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}

/** Each browser context has a cache of its own, so nothing comes from a cache. */
async function timeStart() {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  try {
    const page = await context.newPage();
    const usable = new Promise((resolve) => void page.exposeFunction('noteUsable', resolve));
    await page.addInitScript(WATCH);
    await page.goto(server.url);
    await page.locator('table.cards a').first().waitFor({ timeout: 60_000 });
    return Number(await usable);
  } finally {
    await context.close();
  }
}
