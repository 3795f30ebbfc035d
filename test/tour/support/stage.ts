// Serves the page over real servers, and opens it in Chromium: what every test of the tour begins with.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Zeroscout } from '../../../client/index.js';
import type { HttpServer } from '../../../http/server.js';
import { launchOptions } from '../../../scripts/chromium.mjs';
import { BIN, type TestHome, testHome } from '../../support/home.js';
import { ROOT } from '../../support/zeroscout.js';

// Workers are processes that run dist/, so everything is imported from there.
const library = (await import(
  join(ROOT, 'dist/client/index.js')
)) as typeof import('../../../client/index.js');
const { startHttpServer } = (await import(
  join(ROOT, 'dist/http/server.js')
)) as typeof import('../../../http/server.js');

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TOKEN = 'operator-token-of-the-tour';
/** The folder for pictures of every view, if they are asked for. */
const PICTURES = process.env.ZEROSCOUT_TOUR_PICTURES;
export const WAIT_MS = 120_000;

export interface Stage {
  readonly home: TestHome;
  readonly scout: Zeroscout;
  readonly server: HttpServer;
  /** Errors of the page and of the server, and violations of the content security policy. */
  readonly faults: string[];
  readonly embedded: typeof library.embeddedServers;
  /** Another browser, an operator like the first. */
  open(): Promise<Page>;
  close(): Promise<void>;
}

/** `wrap` may add searches to the program that the server serves. */
export async function openStage(wrap: (scout: Zeroscout) => Zeroscout = (scout) => scout): Promise<Stage> {
  const home = testHome();
  process.env.ZEROSCOUT_BIN = BIN;
  const faults: string[] = [];
  const scout = await library.connect({ home: home.home.root, readings: 'thread', onNote: () => {} });
  const server = await startHttpServer({
    zeroscout: wrap(scout),
    program: { version: '0.0.0-tour' },
    listen: { port: 0 },
    tokens: { operator: TOKEN },
    onFault: (error) => faults.push(`server: ${(error as Error).stack ?? error}`),
  });
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch(launchOptions() as Parameters<typeof chromium.launch>[0]);
  return {
    home,
    scout,
    server,
    faults,
    embedded: library.embeddedServers,
    open: () => openPage({ browser, url: `${server.url}?token=${TOKEN}`, faults }),
    close: async () => {
      await browser.close();
      await server.close();
      await scout.close();
      await library.embeddedServers.stop({ home: home.home.root });
      await home.remove();
    },
  };
}

async function openPage({
  browser,
  url,
  faults,
}: {
  readonly browser: Browser;
  readonly url: string;
  readonly faults: string[];
}): Promise<Page> {
  const context: BrowserContext = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  page.on('pageerror', (error) => faults.push(`page: ${error.stack ?? error}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(message.text());
  });
  await page.goto(url);
  return page;
}

/**
 * What is wrong with the current view at 1400 and 400 pixels, light and dark: serious findings of axe-core, and
 * pixels beyond the right edge. Pictures of the four are written where ZEROSCOUT_TOUR_PICTURES names a folder.
 */
export async function examine(page: Page, name: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [width, colorScheme] of [
    [400, 'light'],
    [400, 'dark'],
    [1400, 'dark'],
    [1400, 'light'],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    const tooWide = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
    if (tooWide > 0) found.push(`${name} at ${width}: ${tooWide} pixels too wide`);
    if (PICTURES) {
      mkdirSync(PICTURES, { recursive: true });
      // Charts redraw themselves when their size has changed.
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(PICTURES, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
    if ((width === 400) === (colorScheme === 'dark'))
      found.push(...(await seriousFaults(page, `${name} at ${width}`)));
  }
  return found;
}

async function seriousFaults(page: Page, where: string): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate('axe.run()')) as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${where}: ${id} ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
