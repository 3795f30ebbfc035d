// Measures when the first view of the page can be used in Chromium, from the start of its navigation.
import { cpus, loadavg } from 'node:os';
import { type Browser, chromium } from 'playwright-core';
import { connect, embeddedServers } from '../../client/index.js';
import { findChromium } from '../../client/report/find-chromium.js';
import { startHttpServer } from '../../http/server.js';
import { median } from './statistics.js';

/** Milliseconds that issue 17 allows on 2 cores. */
const LIMIT = 1_000;
const ROUNDS = 5;
const SEARCHES = 3;
const TOKEN = 'token-of-the-bench';

/**
 * Reports the time at which the first row of the list is in the document, has been painted, and the main thread
 * is free to handle a click.
 */
const WATCH = `new MutationObserver((_, observer) => {
  if (!document.querySelector('table.cards a')) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.usableAt = performance.now(); }));
}).observe(document, { childList: true, subtree: true });`;

/** Prints the median over several browsers without a cache, with the load of the machine before and after. */
export async function measurePageStart(folder: string): Promise<void> {
  const executablePath = chromiumHere();
  if (executablePath === undefined) return console.log('no Chromium: the start of the page is not measured');
  const scout = await connect({ home: folder, onNote: () => {} });
  const server = await startHttpServer({
    zeroscout: scout,
    version: 'bench',
    listen: { port: 0 },
    tokens: { operator: TOKEN },
    onFault: (error) => console.error(error),
  });
  const isRoot = process.getuid?.() === 0;
  const args = ['--disable-dev-shm-usage', ...(isRoot ? ['--no-sandbox'] : [])];
  const browser = await chromium.launch({ executablePath, args });
  try {
    for (let seed = 1; seed <= SEARCHES; seed++) {
      const text = `name: cells-${seed}\nspace: nas-bench-201\nstrategy: { kind: random, samples: 10 }\nfidelity: { draws: 1, batch: 2, resolution: 8 }\nseed: ${seed}\n`;
      await (await scout.searches.start({ specification: { text } })).results();
    }
    // The workers of the searches end by themselves soon; until then they compete with the browser.
    const before = loadavg()[0]!;
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await timeStart(browser, server.url));
    const middle = median(times);
    const load = `load ${before.toFixed(1)} to ${loadavg()[0]!.toFixed(1)} on ${cpus().length} cores`;
    const name = 'page: first search can be opened'.padEnd(32);
    console.log(
      `${name} ${middle.toFixed(0).padStart(6)} ms${middle > LIMIT ? `  above ${LIMIT}` : ''} (${load})`,
    );
  } finally {
    await browser.close();
    await server.close();
    await scout.close();
    await embeddedServers.stop({ home: folder });
  }
}

/** Each browser context has a cache of its own. */
async function timeStart(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(WATCH);
    await page.goto(url);
    const usable = await page.waitForFunction('window.usableAt', undefined, { timeout: 60_000 });
    return Number(await usable.jsonValue());
  } finally {
    await context.close();
  }
}

function chromiumHere(): string | undefined {
  try {
    return findChromium();
  } catch {
    return undefined;
  }
}
