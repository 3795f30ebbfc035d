// Tests that every file, heading and script that a document names exists, and that its examples are accepted.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { readSpecification } from '../client/specification/read-specification.js';
import { openSpace } from '../core/spaces/index.js';
import { OWN_NEEDS } from '../core/specification/own-proxies.js';
import { parseSpecification } from '../core/specification/specification.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
/** Paths that are created by running or deploying and are absent in a new clone. */
const MADE =
  /^((dist|zeroscout-out|\.zeroscout|node_modules)\b|docs\/(node_modules|\.vitepress\/dist)\b|deploy\/(\.env|work|workers\.env)$)/;

/** Every Markdown file of the root and of docs/, so that new pages are checked too. */
const documents = [
  ...readdirSync(ROOT),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^(node_modules|\.vitepress)\//.test(name))
    .map((name) => join('docs', name)),
].filter((name) => name.endsWith('.md'));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/**
 * `core/errors.ts` and the like: words in backticks, or parts of commands, that begin with a folder of the
 * repository.
 */
function pathsIn(text: string): string[] {
  const names = FOLDERS.map(({ name }) => name.replace('.', '\\.')).join('|');
  const path = new RegExp(`(?<![\\w./-])(?:${names})/[\\w./-]*[\\w/]`, 'g');
  // A value of OpenTelemetry's settings, which looks like a file of http/.
  return [...new Set(text.match(path))].filter((found) => !MADE.test(found) && found !== 'http/protobuf');
}

/** Targets of Markdown links that stay in the repository. */
function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) => target!);
}

/** Anchors of a page's headings, as GitHub makes them. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(documents)('%s', (document) => {
  const text = read(document);

  test('names files that exist', () => {
    expect(pathsIn(text).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('links to files that exist', () => {
    const missing = linksIn(text).filter((link) => !existsSync(join(ROOT, dirname(document), link)));
    expect(missing).toEqual([]);
  });

  test('links to headings that exist', () => {
    const missing = [...text.matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)].filter(([, target, anchor]) => {
      const page = target ? join(dirname(document), target) : document;
      return page.endsWith('.md') && !headingsOf(read(page)).includes(anchor!);
    });
    expect(missing.map(([link]) => link)).toEqual([]);
  });

  test('tells people to run scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    // `npm run NAME` runs a script; `npm test` is one too; every other `npm WORD` is npm's own command.
    const named = [...text.matchAll(/\bnpm (?:run (?:--silent )?)?(test\b|(?<=run (?:--silent )?)[\w:-]+)/g)];
    expect(named.map(([, name]) => name!).filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

test('CHANGELOG.md: what is unreleased has its sections, 0.1.0 its dozen, and nothing is said twice', () => {
  const text = read('CHANGELOG.md');
  const [, unreleased = '', first = ''] = /^## Unreleased$([\s\S]*)^## 0\.1\.0$([\s\S]*)/m.exec(text) ?? [];
  const sections = [...unreleased.matchAll(/^### (.*)$/gm)].map(([, name]) => name);
  expect(sections).toEqual(['Added', 'Changed', 'Fixed', 'Scores']);
  const bullets = first.match(/^- /gm) ?? [];
  expect(bullets.length).toBeGreaterThanOrEqual(12);
  expect(bullets.length).toBeLessThanOrEqual(15);
  const lines = text.split('\n').filter((line) => line.startsWith('- '));
  const words = lines.map((line) => new Set(line.toLowerCase().match(/\w{4,}/g)));
  const isSame = (one: number, other: number) => {
    const [small, large] = [words[one]!, words[other]!].sort((a, b) => a.size - b.size) as [
      Set<string>,
      Set<string>,
    ];
    return small.size > 12 && [...small].filter((word) => large.has(word)).length > 0.8 * small.size;
  };
  expect(lines.filter((_, at) => lines.slice(0, at).some((_, before) => isSame(at, before)))).toEqual([]);
});

/** The pages whose programs are for readers to copy; the snippets of a page continue each other. */
const WITH_PROGRAMS = [
  'README.md',
  'docs/guides/own-proxy.md',
  'docs/guides/own-space.md',
  'docs/guides/score-one-network.md',
  'docs/guides/typescript.md',
];

test('programs in documents are accepted by TypeScript', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zeroscout-documents-'));
  try {
    const compilerOptions = {
      noEmit: true,
      rootDir: '/',
      paths: {
        zeroscout: [join(ROOT, 'client/index.ts')],
        'zeroscout/engine': [join(ROOT, 'engine/index.ts')],
        'zeroscout/proxy': [join(ROOT, 'core/proxies/own-proxy.ts')],
        'zeroscout/space': [join(ROOT, 'core/spaces/module/space-module.ts')],
      },
      typeRoots: [join(ROOT, 'node_modules/@types')],
    };
    const settings = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions,
      include: [],
      files: [
        ...WITH_PROGRAMS.map((_, i) => `page-${i}.ts`),
        join(ROOT, 'client/embedded/fs-native-extensions.d.ts'),
      ],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    for (const [i, page] of WITH_PROGRAMS.entries()) {
      const snippets = [...read(page).matchAll(/```ts\n([\s\S]*?)```/g)].map(([, snippet]) => snippet!);
      expect(snippets).not.toEqual([]);
      writeFileSync(join(folder, `page-${i}.ts`), snippets.join('\n'));
    }
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    expect(stdout).toBe('');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('every page of the guides with a program in TypeScript is among those that are checked', () => {
  const pages = documents.filter(
    (name) => /^(README\.md|docs\/(guides|start)\/)/.test(name) && read(name).includes('```ts\n'),
  );
  expect(pages.sort()).toEqual(WITH_PROGRAMS);
});

test('README.md has 80 to 100 lines', () => {
  const lines = read('README.md').trimEnd().split('\n').length;
  expect(lines).toBeGreaterThanOrEqual(80);
  expect(lines).toBeLessThanOrEqual(100);
});

test('docs/understand/architecture.md passes through every room', () => {
  const paths = pathsIn(read('docs/understand/architecture.md')).filter((path) => path.endsWith('.ts'));
  expect(paths.length).toBeGreaterThan(40);
  for (const room of ['core', 'engine', 'store', 'activities', 'workflows', 'workers', 'cli'])
    expect(paths.some((path) => path.startsWith(`${room}/`))).toBe(true);
});

test('docs/operate/searches.md explains everything that a search may wait for', () => {
  const [, union] = /readonly for:([\s\S]*?);/.exec(read('client/status/waiting.ts'))!;
  const reasons = [...union!.matchAll(/'([\w-]+)'/g)].map(([, name]) => name!);
  expect(reasons.length).toBeGreaterThan(5);
  const rows = read('docs/operate/searches.md')
    .match(/^\| `.*$/gm)!
    .map((row) => row.split(' | ')[0]);
  expect(reasons.filter((name) => !rows.some((names) => names!.includes(`\`${name}\``)))).toEqual([]);
});

test('docs/guides/own-proxy.md explains everything that a proxy may need', () => {
  const cells = read('docs/guides/own-proxy.md').match(/^\| `[^|]*\|/gm)!;
  const explained = cells.flatMap((cell) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!));
  expect(explained.sort()).toEqual([...OWN_NEEDS].sort());
});

test('docs/guides/scheduled-searches.md quotes what a failed notification leaves in output and log', () => {
  const [, output, log] = /contains `([^`]+)`, the log of the control worker `([^`]+)`/.exec(
    read('docs/guides/scheduled-searches.md'),
  )!;
  for (const file of ['cli/render/results.ts', 'cli/render/describe-search.ts'])
    expect(read(file)).toContain(`${output!}: `);
  expect(read('workflows/notify.ts')).toContain(`'${log!}`);
});

test('docs/operate/deployment.md says how the images that the build uses are named', () => {
  const isByDigest = (name: string) =>
    new RegExp(`^ARG ${name}=\\S+@sha256:`, 'm').test(read('deploy/Dockerfile'));
  expect([isByDigest('NODE_IMAGE'), isByDigest('CUDA_IMAGE')]).toEqual([true, false]);
  const text = read('docs/operate/deployment.md');
  expect(text).toContain('The Node image that the build uses is named by version and by digest');
  expect(text).toContain('The image of CUDA is named by version alone');
});

test('docs/guides/mobilenet-v2.md shows a candidate of that space, the first of an evolution', () => {
  const { parse, start } = openSpace({ kind: 'mobilenet-v2' });
  const [text] = /^ {4}(SuperConv.*)$/m.exec(read('docs/guides/mobilenet-v2.md'))!.slice(1);
  expect(parse(text!)).toBe(start);
});

test('every command but worker prints JSON where it is asked to', async () => {
  const files = readdirSync(join(ROOT, 'cli'), { recursive: true, encoding: 'utf8' });
  const program = new Command();
  for (const file of files.filter((name) => /(^commands\/.*|command|commands)\.ts$/.test(name))) {
    const found = (await import(join(ROOT, 'cli', file))) as Record<string, unknown>;
    for (const [name, add] of Object.entries(found))
      if (/^add\w+Commands?$/.test(name)) (add as (program: Command) => void)(program);
  }
  const leaves = (command: Command): Command[] =>
    command.commands.length > 0 ? command.commands.flatMap(leaves) : [command];
  const pathOf = (command: Command): string =>
    command.parent?.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
  const all = leaves(program);
  expect(all.length).toBeGreaterThan(25);
  const without = all.filter(({ options }) => !options.some(({ long }) => long === '--json'));
  expect(without.map(pathOf).filter((path) => path !== 'worker')).toEqual([]);
});

test('docs/guides/own-space.md shows the module as it is, in 40 lines', () => {
  const module = read('examples/spaces/branches.ts');
  expect(read('docs/guides/own-space.md')).toContain(`\n${module}\`\`\``);
  expect(module.trim().split('\n')).toHaveLength(40);
});

test('specifications in README.md and in the guide are valid, and so are the examples', async () => {
  const blocks = ['README.md', 'docs/start/quickstart.md', 'docs/guides/specification.md'].flatMap((page) =>
    [...read(page).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => ({ text: text!, source: page })),
  );
  expect(blocks.map((block) => parseSpecification(block).name)).toEqual([
    'small-cells',
    'quickstart',
    'my-first',
    'nb201-sample',
  ]);
  const examples = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.yaml'));
  for (const name of examples) await readSpecification(join(ROOT, 'examples', name), { modules: 'allowed' });
});
