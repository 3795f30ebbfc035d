// Prints an HTML report as PDF with Chromium, which runs without a window and with a profile of its own.
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run } from '../embedded/process.js';

const LONGEST_MS = 180_000;
/** A rule of Chromium's resolver: no name and no address is found. */
const NO_NAME = 'MAP * ~NOTFOUND';

export interface PrintRequest {
  /** The absolute path of the program. */
  readonly chromium: string;
  readonly html: string;
  /** The path of the PDF file, which is overwritten. */
  readonly path: string;
}

export async function printPdf({ chromium, html, path }: PrintRequest): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'zeroscout-report-'));
  try {
    const page = join(folder, 'report.html');
    await writeFile(page, html);
    const env = environmentIn(folder);
    await run(chromium, argumentsFor({ folder, page, path }), { timeout: LONGEST_MS, env }).catch(
      (error: Error & { readonly stderr?: string }) => {
        throw new Error(`${chromium} could not print the report: ${lastLine(error)}`, { cause: error });
      },
    );
    // Chromium ends with exit code 0 even if it could not write the file.
    const written = await stat(path).catch(() => undefined);
    if (!written?.size) throw new Error(`${chromium} wrote no ${path}`);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function argumentsFor({
  folder,
  page,
  path,
}: {
  readonly folder: string;
  readonly page: string;
  readonly path: string;
}): readonly string[] {
  // Root cannot use Chromium's sandbox; the page is this program's own and has no scripts.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return [
    '--headless',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    // Chromium would ask Google for components and accounts. The page needs no address, so none has one.
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--host-resolver-rules=${NO_NAME}`,
    '--disable-extensions',
    '--no-first-run',
    ...sandbox,
    `--user-data-dir=${join(folder, 'profile')}`,
    '--no-pdf-header-footer',
    `--print-to-pdf=${path}`,
    pathToFileURL(page).href,
  ];
}

/** Chromium keeps reports of crashes and settings of the desktop outside its profile; they go with the folder. */
function environmentIn(folder: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_CACHE_HOME: join(folder, 'cache'),
  };
}

function lastLine({ message, stderr }: Error & { readonly stderr?: string }): string {
  const lines = (stderr ?? '').split('\n').filter((line) => line.trim() !== '');
  return lines.at(-1) ?? message;
}
