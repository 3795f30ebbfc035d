// Sends the HTTP API requests made from its own description, and fails where one is answered with 500: `npm run fuzz:http -- --minutes N`.
// `--seed N` repeats or changes the requests; the seed of each run is printed.
// Schemathesis comes from PyPI into .zeroscout/fuzz at the first call.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, embeddedServers } from '../dist/client/index.js';
import { startHttpServer } from '../dist/http/server.js';
import { readKnownValues, startFuzzedSearches, withKnownValues } from './fuzz-searches.mjs';

const VENV = fileURLToPath(new URL('../.zeroscout/fuzz', import.meta.url));
const PROGRAM = join(VENV, 'bin/schemathesis');
const TOKEN = 'token-of-the-fuzz';
const minutes = numberAfter('--minutes') ?? 3;
if (!(minutes > 0)) fail('--minutes must be followed by a number');
const seed = numberAfter('--seed') ?? Math.floor(Math.random() * 2 ** 31);
if (!Number.isSafeInteger(seed)) fail('--seed must be followed by a whole number');
console.log(`seed ${seed}`);

if (!existsSync(PROGRAM)) {
  run('python3', ['-m', 'venv', VENV]);
  run(join(VENV, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', 'schemathesis==4.32.5']);
}
const home = mkdtempSync(join(tmpdir(), 'zeroscout-fuzz-'));
const scout = await connect({ home, readings: 'thread', onNote: () => {} });
const faults = [];
const server = await startHttpServer({
  zeroscout: scout,
  program: { version: 'fuzz' },
  listen: { port: 0 },
  tokens: { operator: TOKEN },
  onFault: (error) => faults.push(error),
});
try {
  const folder = join(home, 'networks');
  mkdirSync(folder);
  const known = await readKnownValues(scout, await startFuzzedSearches(scout, folder));
  const answer = await fetch(new URL('api/openapi.json', server.url));
  const description = join(home, 'openapi.json');
  writeFileSync(description, JSON.stringify(withKnownValues(await answer.json(), known)));
  await attack(description);
} finally {
  await server.close();
  await scout.close();
  await embeddedServers.stop({ home });
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}
for (const fault of new Set(faults.map((error) => String(error?.stack ?? error)))) console.error(fault);
console.log(`${faults.length} answers were 500`);
process.exit(faults.length > 0 ? 1 : 0);

/** Streams never end, so that they are left out. */
function attack(description) {
  const args = [
    'run',
    description,
    ...['--url', new URL('.', server.url).href],
    ...['--header', `Authorization: Bearer ${TOKEN}`],
    ...['--checks', 'not_a_server_error'],
    ...['--exclude-path-regex', 'events'],
    ...['--request-timeout', '20'],
    ...['--max-examples', '10000'],
    ...['--seed', String(seed)],
    ...['--max-time', String(Math.round(minutes * 60))],
    '--continue-on-failure',
  ];
  return new Promise((resolve) => {
    const child = spawn(PROGRAM, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    const timer = setTimeout(() => child.kill('SIGINT'), minutes * 60_000);
    child.on('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function numberAfter(option) {
  const at = process.argv.indexOf(option);
  return at < 0 ? undefined : Number(process.argv[at + 1]);
}

function run(program, args) {
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) fail(`${program} ${args.join(' ')} failed`);
}

function fail(reason) {
  console.error(`fuzz:http: ${reason}`);
  process.exit(2);
}
