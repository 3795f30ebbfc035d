// Tests that no program or Python module of an untrusted working folder is run.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findBinary } from '../../client/embedded/binaries.js';
import { recordDigest } from '../../client/embedded/digests.js';
import { resolveHome } from '../../client/embedded/home.js';
import { BIN, type TestHome, testHome } from '../support/home.js';
import { specification, zeroscout } from '../support/zeroscout.js';

let home: TestHome;
afterEach(() => home.remove(), 60_000);

/** Fills the folder with code that leaves a file when it runs. */
function plant(folder: string): () => string {
  const proof = join(folder, 'it-ran');
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), 0o755);
  };
  const shell = (name: string) =>
    `#!/bin/sh\necho ${name} >> '${proof}'\necho 'nats-server: v2.15.1'; echo 'temporal version 1.9.1'\n`;
  for (const name of ['nats-server', 'temporal', 'python3', 'node', 'ps', 'ldd'])
    for (const place of ['.', '.zeroscout/bin', 'node_modules/.bin', 'bin'])
      put(`${place}/${name}`, shell(name));
  const python = (name: string) =>
    `open(${JSON.stringify(proof)}, 'a').write(${JSON.stringify(`${name}\n`)})\n`;
  for (const name of ['pip', 'zipfile', 'pathlib', 'sitecustomize', 'usercustomize', 'ctypes'])
    put(`${name}.py`, python(name));
  for (const name of ['temporal.toml', 'temporal.yaml', 'pip.conf', 'nats-server.conf', '.npmrc', '.env'])
    put(name, 'TEMPORAL_ADDRESS=127.0.0.1:1\naddress = "127.0.0.1:1"\n');
  put('.zeroscout/nats/nats-server.conf', `include '${proof}'\n`);
  return () => (existsSync(proof) ? readFileSync(proof, 'utf8') : '');
}

test('doctor, status, services and run execute nothing of it', { timeout: 180_000 }, async () => {
  home = testHome();
  const ran = plant(home.dir);
  home.write('a.json', specification({ samples: 8 }));
  const env = {
    ZEROSCOUT_HOME: '',
    ZEROSCOUT_BIN: '',
    XDG_DATA_HOME: join(home.dir, '..', 'user-data'),
    // Some users' profiles add relative entries to PATH.
    PATH: ['.', '', './bin', 'node_modules/.bin', ...`${process.env.PATH}`.split(delimiter)].join(delimiter),
  };
  const place = { home, env };
  const doctor = await zeroscout(['doctor'], place);
  expect(doctor.stdout).toMatch(/nats-server/);
  expect((await zeroscout(['services', 'status'], place)).code).toBe(0);
  await zeroscout(['status'], place);
  expect(ran()).toBe('');

  // The servers of the test, as a user has them on PATH.
  const withServers = {
    home,
    env: { ...env, PATH: [...env.PATH.split(delimiter).slice(0, 4), BIN, env.PATH].join(delimiter) },
  };
  expect(await zeroscout(['services', 'up'], withServers)).toMatchObject({ code: 0 });
  expect(await zeroscout(['run', 'a.json'], withServers)).toMatchObject({ code: 0 });
  expect(await zeroscout(['services', 'down'], withServers)).toMatchObject({ code: 0 });
  expect(ran()).toBe('');
});

test('a fetched program is run only with the digest that was recorded of it', async () => {
  home = testHome();
  const data = join(home.dir, 'data');
  const place = resolveHome({ cwd: home.dir, env: { XDG_DATA_HOME: data } });
  expect(place.bin).toBe(join(data, 'zeroscout/bin'));
  mkdirSync(place.bin, { recursive: true });
  const file = join(place.bin, 'nats-server');
  const ran = join(home.dir, 'ran');
  writeFileSync(file, `#!/bin/sh\necho ran > '${ran}'; echo 'nats-server: v2.15.1'\n`, { mode: 0o755 });
  const steps: string[] = [];
  const find = () =>
    findBinary({
      home: place,
      name: 'nats-server',
      env: { PATH: '' },
      onStep: (text) => void steps.push(text),
    });
  expect(await find()).toBeUndefined();
  expect(existsSync(ran)).toBe(false);
  expect(steps.join()).toContain('not what zeroscout fetched');

  await recordDigest({ home: place, name: 'nats-server', file });
  expect(await find()).toMatchObject({ path: file, source: 'fetched' });
  writeFileSync(file, `${readFileSync(file, 'utf8')}# one line more\n`);
  expect(await find()).toBeUndefined();
  // A user who names a folder is responsible for its contents.
  const named = resolveHome({ cwd: home.dir, env: { ZEROSCOUT_BIN: place.bin } });
  expect(await findBinary({ home: named, name: 'nats-server', env: { PATH: '' } })).toBeDefined();
});
