// Tests how the services of deploy/compose.yaml depend on each other.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../support/zeroscout.js';

const { services } = parse(readFileSync(join(ROOT, 'deploy/compose.yaml'), 'utf8'), { merge: true });

test('a command starts no jobs for schema and namespace again', () => {
  expect(services.cli.depends_on).toEqual([]);
});

test('workers and the page wait for both servers', () => {
  for (const name of ['control', 'score', 'ui'])
    expect(Object.keys(services[name].depends_on)).toEqual([
      'temporal-namespace',
      'nats-1',
      'nats-2',
      'nats-3',
    ]);
});

test('the page is offered to this machine alone, and may do what a control worker may', () => {
  expect(services.ui.ports).toEqual(['127.0.0.1:8600:8600']);
  expect(services.ui.environment.NATS_USER).toBe('zeroscout-control');
});
