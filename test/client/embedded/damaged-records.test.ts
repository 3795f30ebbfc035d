// Tests that a damaged services.json counts as absent, so that the servers start.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { ensureServices, findRunning, stopServices } from '../../../client/embedded/embedded.js';
import { type Home, locateLog, resolveHome } from '../../../client/embedded/home.js';
import { createFolders } from '../../../client/embedded/home-folders.js';
import { readState, writeRecord } from '../../../client/embedded/state.js';
import { removeHome, temporaryHome } from './places.js';

const root = mkdtempSync(join(tmpdir(), 'zeroscout-test-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let homes = 0;
const emptyHome = (): Home => {
  homes += 1;
  const home = resolveHome({ env: { ZEROSCOUT_HOME: join(root, `${homes}`) } });
  createFolders({ home });
  return home;
};

const good = {
  pid: 4242,
  port: 21_000,
  web: { host: '127.4.5.6', port: 21_001 },
  binary: '/usr/bin/temporal',
  version: '1.9.1',
  startedAt: '2026-11-27T16:00:00.000Z',
};

describe('a damaged record', () => {
  test('whatever is in it: what is read can be used, and what is written afterwards is read', () => {
    const home = emptyHome();
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(0, -1, 65_536, 1e9, 2 ** 31, 1e300, 1.5, '21000', null, [], {}),
    );
    const record = fc.record(
      {
        pid: odd,
        port: odd,
        web: fc.oneof(odd, fc.record({ host: odd, port: odd })),
        binary: odd,
        version: odd,
        startedAt: odd,
      },
      { requiredKeys: [] },
    );
    const mixed = record.map((changes) => ({ ...good, ...changes }));
    const content = fc.oneof(
      fc
        .record({ services: fc.record({ temporal: mixed, nats: odd }) })
        .map((value) => JSON.stringify(value)),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(content, (text) => {
        writeFileSync(home.stateFile, text);
        for (const { pid, port, web, version } of Object.values(readState({ home }).services)) {
          for (const number of [port, web?.port ?? 1]) expect(number > 0 && number < 65_536).toBe(true);
          expect(port).not.toBe(web?.port);
          expect(pid === undefined || (pid > 0 && pid < 2 ** 31)).toBe(true);
          expect(version).toMatch(/^[\w.+-]+$/);
        }
        writeRecord({ home, name: 'nats', record: good });
        expect(readState({ home }).services.nats).toEqual(good);
      }),
      { numRuns: 150 },
    );
  });

  const places: { readonly [name: string]: (file: string) => void } = {
    'a folder': (file) => mkdirSync(join(file, 'x'), { recursive: true }),
    'a pipe': (file) => execFileSync('mkfifo', [file]),
    'a link to nowhere': (file) => symlinkSync('/nowhere/at/all', file),
    'a hundred megabytes': (file) => {
      writeFileSync(file, '');
      truncateSync(file, 1e8);
    },
    'zero bytes': (file) => writeFileSync(file, ''),
  };
  test.each(Object.keys(places))('in its place: %s', (name) => {
    const home = emptyHome();
    places[name]!(home.stateFile);
    expect(readState({ home })).toEqual({ services: {} });
    writeRecord({ home, name: 'nats', record: good });
    expect(readState({ home }).services).toEqual({ nats: good });
  });
});

test('real servers start over damaged records, and run on over a wrong port', {
  timeout: 120_000,
}, async () => {
  const home = temporaryHome();
  const up = () => ensureServices({ home, onStep: () => {} });
  const before = await up();
  await stopServices({ home });
  const state = JSON.parse(readFileSync(home.stateFile, 'utf8'));
  state.services.temporal.port = 70_000;
  state.services.nats.web = -5;
  writeFileSync(home.stateFile, JSON.stringify(state));
  // Every other file that a start writes is replaced by something else.
  rmSync(join(home.nats, 'nats-server.conf'));
  mkdirSync(join(home.nats, 'nats-server.conf/x'), { recursive: true });
  rmSync(locateLog({ home, name: 'nats' }));
  execFileSync('mkfifo', [locateLog({ home, name: 'nats' })]);
  rmSync(locateLog({ home, name: 'temporal' }));
  mkdirSync(locateLog({ home, name: 'temporal' }));
  mkdirSync(join(home.root, 'services.lock'));
  rmSync(join(home.root, 'nats.lock'));
  mkdirSync(join(home.root, 'nats.lock/x'), { recursive: true });
  const after = await up();
  expect(Object.keys(after)).toEqual(['temporal', 'nats']);
  expect(after.temporal!.pid).not.toBe(before.temporal!.pid);

  // The pid is right but the port is another's, so the server is not taken for the recorded one.
  const running = JSON.parse(readFileSync(home.stateFile, 'utf8'));
  running.services.nats.port = 20_001;
  writeFileSync(home.stateFile, JSON.stringify(running));
  expect(Object.keys(await findRunning({ home }))).toEqual(['temporal']);
  expect(Object.keys(await up())).toEqual(['temporal', 'nats']);
  await removeHome(home);
});

describe('a home', () => {
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

  test('is for its user alone, also one of an earlier version', { timeout: 60_000 }, async () => {
    const home = { ...temporaryHome(), root: join(root, 'open') };
    const open = resolveHome({ env: { ZEROSCOUT_HOME: home.root, ZEROSCOUT_BIN: home.bin } });
    mkdirSync(open.logs, { recursive: true, mode: 0o755 });
    for (const file of [open.stateFile, locateLog({ home: open, name: 'nats' })])
      writeFileSync(file, '', { mode: 0o644 });
    const mask = process.umask(0o022);
    try {
      await ensureServices({ home: open, onStep: () => {} });
    } finally {
      process.umask(mask);
    }
    for (const folder of [open.root, open.temporal, open.nats, open.logs]) expect(mode(folder)).toBe('700');
    const files = [
      open.stateFile,
      join(open.temporal, 'temporal.db'),
      join(open.nats, 'nats-server.conf'),
      locateLog({ home: open, name: 'nats' }),
      locateLog({ home: open, name: 'temporal' }),
      join(open.root, 'nats.lock'),
    ];
    for (const file of files) expect([file, mode(file)]).toEqual([file, '600']);
    expect(mode(join(open.nats, 'jetstream'))).toBe('700');
    await removeHome(open);
  });

  test('that has other uses keeps its own permissions', () => {
    const folder = join(root, 'shared');
    mkdirSync(join(folder, 'documents'), { recursive: true, mode: 0o755 });
    createFolders({ home: resolveHome({ env: { ZEROSCOUT_HOME: folder } }) });
    expect([mode(folder), mode(join(folder, 'documents')), mode(join(folder, 'temporal'))]).toEqual([
      '755',
      '755',
      '700',
    ]);
  });

  test("that is a file, below a file, or another user's is refused with its name", () => {
    const file = join(root, 'a-file');
    writeFileSync(file, '');
    const make = (path: string) => () =>
      createFolders({ home: resolveHome({ env: { ZEROSCOUT_HOME: path } }) });
    const refused = expect.objectContaining({ code: 'invalid-input', field: 'ZEROSCOUT_HOME' });
    for (const path of [file, join(file, 'x'), '/proc/zeroscout']) {
      expect(make(path)).toThrow(refused);
      expect(make(path)).toThrow(path);
    }
    const uid = process.getuid!();
    process.getuid = () => uid + 1;
    try {
      mkdirSync(join(root, 'theirs'));
      expect(make(join(root, 'theirs'))).toThrow(refused);
      expect(make(join(root, 'theirs'))).toThrow('another user');
    } finally {
      process.getuid = () => uid;
    }
  });

  test('links that came with it are not followed', () => {
    const precious = join(root, 'precious');
    writeFileSync(precious, 'precious');
    const home = emptyHome();
    for (const link of [join(home.root, '.gitignore'), home.stateFile]) {
      rmSync(link, { force: true });
      symlinkSync(precious, link);
    }
    createFolders({ home });
    writeRecord({ home, name: 'nats', record: good });
    expect(readFileSync(precious, 'utf8')).toBe('precious');
    expect(lstatSync(home.stateFile).isSymbolicLink()).toBe(false);
    expect(existsSync(home.stateFile)).toBe(true);
  });
});
