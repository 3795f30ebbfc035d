// Tests that the table of settings names exactly the environment variables that the code reads.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SETTINGS } from '../../core/settings.js';
import { ROOT } from '../support/zeroscout.js';

/** Names in capital letters that look like settings but that users do not set. */
const NO_SETTINGS: Readonly<Record<string, string>> = {
  ZEROSCOUT_SCORES: 'a stream of NATS',
  ZEROSCOUT_FAILURES: 'a stream of NATS',
  ZEROSCOUT_LATENCIES: 'a stream of NATS',
  ZEROSCOUT_WORKERS: 'a stream of NATS',
  ZEROSCOUT_NAMESPACES: 'a stream of NATS',
  ZEROSCOUT_REPAIR_: 'the beginning of a stream’s name while it is repaired',
  ZEROSCOUT_EVENT: 'given to notify.command',
  ZEROSCOUT_SEARCH: 'given to notify.command',
  ZEROSCOUT_PARENT: 'given to a child process: whose end ends it',
  XDG_CONFIG_HOME: 'given to Chromium, so that it leaves nothing in the home folder',
  XDG_CACHE_HOME: 'given to Chromium, so that it leaves nothing in the home folder',
  ZEROSCOUT_SCORER_DEVICE: 'given to a scorer process',
  ZEROSCOUT_SCORER_THREADS: 'given to a scorer process',
  ZEROSCOUT_BENCH_DRAWING: 'given to a scorer process by benchmarks',
  ZEROSCOUT_DAMAGE_ROUNDS: 'given to its test by npm run soak:damage',
  ZEROSCOUT_DAMAGE_SEED: 'given to its test by npm run soak:damage',
  ZEROSCOUT_SOAK_MINUTES: 'given to its test by npm run soak',
  ZEROSCOUT_SOAK_REPORT: 'given to its test by npm run soak',
  ZEROSCOUT_SOAK_SEED: 'given to its test by npm run soak',
  ZEROSCOUT_IMAGE: 'given to its test by npm run test:image',
  ZEROSCOUT_COMPOSE_IMAGE: 'given to its test by npm run test:compose',
  ZEROSCOUT_COMPOSE_SOCKET: 'given to its test by npm run test:compose',
  ZEROSCOUT_KEEP: 'keeps the folder of npm run bench:fleet for a look at its logs',
  ZEROSCOUT_IMAGE_REVISION: 'given to its test by npm run test:image',
  ZEROSCOUT_TOUR: 'given to its tests by npm run test:page',
  ZEROSCOUT_TOUR_PICTURES: 'given to its tests by npm run test:page',
  ZEROSCOUT_EVERY_SPACE: 'given to its test by npm run test:devices',
  ZEROSCOUT_HOSTS: 'given to its test by npm run test:hosts',
  ZEROSCOUT_CHROMIUM: 'a Chromium of one’s own for tests of the page',
  ZEROSCOUT_TEST_INSTALL: 'given to its test by npm run test:node',
  ZEROSCOUT_ENCRYPTION: 'the beginning of several settings’ names',
  ZEROSCOUT_SECRET: 'the beginning of several settings’ names',
  TEMPORAL_FILES: 'a constant',
  TEMPORAL_VERSION_CHECK_DISABLED: 'given to the embedded Temporal',
};

const SETTING =
  /\b(?:ZEROSCOUT|TEMPORAL|NATS|OTEL|ORT|XDG)_[A-Z_0-9]+|\bTMPDIR\b|\bCHROMIUM_PATH\b|\b(?:NO|FORCE)_COLOR\b|\benv\.LANG\b/g;
const settings = Object.values(SETTINGS).flat();

/** The names, with the sources that contain them. */
function namesInSources(): Set<string> {
  const folders = readdirSync(ROOT, { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && !/^(\.|node_modules|dist|docs|test|deploy|examples)/.test(entry.name),
    )
    .map(({ name }) => name);
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const sources = files.filter((name) => /\.(ts|mjs)$/.test(name) && name !== 'core/settings.ts');
  return new Set(
    sources
      .flatMap((name) => readFileSync(join(ROOT, name), 'utf8').match(SETTING) ?? [])
      .map((name) => name.replace('env.', '')),
  );
}

/** `ZEROSCOUT_SECRET_*` stands for every name with that prefix. */
function stands(setting: string, name: string): boolean {
  return setting.endsWith('*') ? name.startsWith(setting.slice(0, -1)) : setting === name;
}

test('every variable that the code names is in the table', () => {
  const missing = [...namesInSources()].filter(
    (name) => NO_SETTINGS[name] === undefined && !settings.some((setting) => stands(setting.name, name)),
  );
  expect(missing).toEqual([]);
});

test('every variable of the table is read by the code, or by a library that is named', () => {
  const names = [...namesInSources()];
  const unread = settings.filter(
    ({ name, readBy }) => readBy === undefined && !names.some((found) => stands(name, found)),
  );
  expect(unread.map(({ name }) => name)).toEqual([]);
});

test('no variable stands twice', () => {
  const names = settings.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
