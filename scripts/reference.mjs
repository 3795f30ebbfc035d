// Implements `npm run docs:reference`: writes the reference pages of the documentation from the code. With
// --check it writes nothing and exits with code 1 if a page is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spaceSchema, specificationSchema } from '../dist/core/specification/specification-schema.js';
import { apiPage } from './reference/api.mjs';
import { benchmarkRow, benchmarksPage } from './reference/benchmarks.mjs';
import { commandsPage } from './reference/commands.mjs';
import { errorsPage } from './reference/errors.mjs';
import { exitCodesPage } from './reference/exit-codes.mjs';
import { fidelityPage, fidelitySvg } from './reference/fidelity.mjs';
import { filesPage } from './reference/files.mjs';
import { latencyBudgetPage } from './reference/latency-budget.mjs';
import { limitsTable } from './reference/limits.mjs';
import { operatorsPage } from './reference/operators.mjs';
import { presetTable } from './reference/presets.mjs';
import { proxiesPage } from './reference/proxies.mjs';
import { rankingsPage, rankingsSvg } from './reference/rankings.mjs';
import { settingsPage } from './reference/settings.mjs';
import { specificationPage } from './reference/specification.mjs';
import { versionsPage } from './reference/versions.mjs';
import { workedExamplePage, workedExamplePageInJapanese } from './reference/worked-example.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The generated pages, by path. */
export function referencePages() {
  return {
    'README.md': readme(),
    'docs/adopt/worked-example.md': workedExamplePage(),
    'docs/ja/adopt/worked-example.md': workedExamplePageInJapanese(),
    'docs/guides/latency-budget.md': latencyBudgetPage(),
    'docs/reference/api.md': apiPage(),
    'docs/reference/commands.md': commandsPage(),
    'docs/reference/errors.md': errorsPage(),
    'docs/reference/exit-codes.md': exitCodesPage(),
    'docs/reference/files.md': filesPage(),
    'docs/reference/operators.md': operatorsPage(),
    'docs/reference/proxies.md': proxiesPage(),
    'docs/reference/settings.md': settingsPage(),
    'docs/reference/specification.md': specificationPage(),
    'docs/reference/versions.md': versionsPage(),
    'docs/understand/benchmarks.md': benchmarksPage(),
    'docs/understand/fidelity.md': fidelityPage(),
    'docs/understand/fidelity.svg': fidelitySvg(),
    'docs/understand/limits.md': limits(),
    'docs/understand/method.md': method(),
    'docs/understand/rankings.md': rankingsPage(),
    'docs/understand/rankings.svg': rankingsSvg(),
    'docs/public/schema/specification.json': json(specificationSchema()),
    'docs/public/schema/space.json': json(spaceSchema()),
  };
}

/** README.md with the present row of benchmarks between its marks. */
function readme() {
  const marks = /(<!-- benchmarks: .*? -->\n)[\s\S]*?(<!-- \/benchmarks -->)/;
  return read('README.md').replace(marks, (_, start, end) => `${start}${benchmarkRow()}\n${end}`);
}

/** The page of limits with the table of benchmarks between its marks. */
function limits() {
  const marks = /(<!-- agreement: .*? -->\n)[\s\S]*?(<!-- \/agreement -->)/;
  const path = 'docs/understand/limits.md';
  return read(path).replace(marks, (_, start, end) => `${start}${limitsTable()}\n${end}`);
}

/** The page of the method with the table of the default preset between its marks. */
function method() {
  const marks = /(<!-- assembled: .*? -->\n)[\s\S]*?(<!-- \/assembled -->)/;
  const path = 'docs/understand/method.md';
  return read(path).replace(marks, (_, start, end) => `${start}${presetTable()}\n${end}`);
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale = Object.entries(referencePages()).filter(([path, text]) => read(path) !== text);
  if (process.argv.includes('--check')) {
    for (const [path] of stale) console.error(`${path} is stale; npm run docs:reference`);
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else
    for (const [path, text] of stale) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
      console.log(`wrote ${path}`);
    }
}

function read(path) {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}
