// Tests that the files of the page import nothing from the program except types of http/answers.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../support/zeroscout.js';

const FOLDER = join(ROOT, 'page');
const PACKAGES = /^(preact|preact\/hooks|wouter-preact|echarts\/[\w/]+|@dagrejs\/dagre)$/;

const imports = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && name !== 'vite.config.ts')
  .flatMap((name) =>
    [
      ...readFileSync(join(FOLDER, name), 'utf8').matchAll(
        /^(import type )?.*\b(?:from |import\(|import )'([^']+)'/gm,
      ),
    ].map(([, type, target]) => ({ name, isType: type !== undefined, target: target! })),
  );

it('the page imports itself and libraries of pages, and of the program the types of answers alone', () => {
  expect(imports.length).toBeGreaterThan(50);
  const others = imports.filter(({ name, isType, target }) => {
    if (!target.startsWith('.')) return !PACKAGES.test(target);
    const path = relative(ROOT, join(dirname(join(FOLDER, name)), target));
    return !path.startsWith('page/') && !(isType && path === 'http/answers.js');
  });
  expect(others).toEqual([]);
});
