// Tests that the build of the image is given every room of the sources.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/zeroscout.js';

test('.dockerignore lets every room into the build', () => {
  const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  const { ROOMS } = createRequire(import.meta.url)(join(ROOT, 'scripts/rooms.cjs')) as {
    ROOMS: readonly string[];
  };
  expect([...ROOMS, 'page'].filter((room) => !lines.includes(`!${room}`))).toEqual([]);
});
