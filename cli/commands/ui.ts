// Defines the command `zeroscout ui`, which serves the web page and the HTTP API until it is stopped.
import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { connect } from '../../client/connect.js';
import { checkPrefix, readCertificate } from '../../http/listen-options.js';
import { startHttpServer } from '../../http/server.js';
import { openTemporaryFolder, type WorkFolder } from '../../workers/work-folder.js';
import { createWholeNumberParser } from '../arguments.js';
import { note, print, printJson } from '../render/terminal.js';

interface UiFlags {
  readonly host: string;
  readonly port: number;
  readonly allowHost?: readonly string[];
  readonly prefix?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly open?: true;
  readonly json?: true;
}

const PORT = 8600;

export function addUiCommand(program: Command): void {
  program
    .command('ui')
    .description('serve the web page and the HTTP API until this command is stopped')
    .option(
      '--host <ADDRESS>',
      'address to listen on; a token is required for everything unless it is a loopback address',
      '127.0.0.1',
    )
    .option(
      '--port <N>',
      'port to listen on; 0 chooses a free one',
      createWholeNumberParser({ min: 0, max: 65_535 }),
      PORT,
    )
    .option('--allow-host <NAME...>', 'further host names of the server, such as search.example.com')
    .option('--prefix <PATH>', 'path under which a proxy offers the server, such as /zeroscout')
    .option('--tls-cert <FILE>', 'certificate, a PEM file; requires --tls-key')
    .option('--tls-key <FILE>', 'key of the certificate, a PEM file')
    .option('--open', 'open the page in the browser of this machine')
    .option('--json', 'print address and link as JSON, once the server listens')
    .action((options: UiFlags, command: Command) => {
      const { tlsCert, tlsKey } = options;
      if ((tlsCert === undefined) !== (tlsKey === undefined))
        command.error('error: --tls-cert and --tls-key are given together', { exitCode: 2 });
      return serve({ options, version: program.version() ?? '' });
    });
}

async function serve({
  options: { host, port, allowHost, prefix = '', tlsCert, tlsKey, open, json },
  version,
}: {
  readonly options: UiFlags;
  readonly version: string;
}): Promise<void> {
  checkPrefix(prefix);
  const tls =
    tlsCert !== undefined && tlsKey !== undefined
      ? await readCertificate({ cert: tlsCert, key: tlsKey })
      : undefined;
  const zeroscout = await connect({ name: 'zeroscout-ui', readings: 'thread', onNote: note });
  const folder = openFolder();
  try {
    const { ZEROSCOUT_UI_TOKEN: operatorToken, ZEROSCOUT_UI_VIEWER_TOKEN: viewerToken } = process.env;
    const server = await startHttpServer({
      zeroscout,
      program: { version, folder: folder?.path },
      listen: { host, port, tls },
      tokens: { operator: operatorToken || undefined, viewer: viewerToken || undefined },
      proxy: { prefix, allowedHosts: allowHost },
      onFault: (error) => note(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    });
    if (json) printJson({ url: server.url, link: server.link });
    else print(`address: ${operatorToken ? server.url : server.link}`);
    if (open) openBrowser(server.link);
    note('Ctrl-C ends it; searches continue where workers run.');
    await stopSignal();
    await server.close();
  } finally {
    folder?.close();
    await zeroscout.close();
  }
}

/** Where the rankings are that people look at. The next server removes it if this one is killed. */
function openFolder(): WorkFolder | undefined {
  try {
    return openTemporaryFolder();
  } catch (error) {
    note(`no folder for temporary files: ${(error as Error).message}`);
    return undefined;
  }
}

/** Opens the link in a browser. Without a browser, people use the printed address. */
function openBrowser(link: string): void {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', link]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', link]
        : ['xdg-open', link];
  const started = spawn(program!, args, { stdio: 'ignore', detached: true });
  started.on('error', () => note('no browser could be opened here'));
  started.unref();
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
