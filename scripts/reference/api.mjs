// Writes the reference page of the API from the type declarations of the package's entries.
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const INDEX = 'dist/client/index.d.ts';

/** The declarations that come first on the page, in this order. All others follow under "Types". */
const FIRST = [
  'connect',
  'ConnectOptions',
  'Zeroscout',
  'Searches',
  'StartOptions',
  'SpecificationInput',
  'Search',
  'SearchLook',
  'Results',
  'Schedules',
  'Workers',
  'Retention',
  'LatencyMeasurements',
  'embeddedServers',
];

/** The further entries of the package: name, declarations, and what a program does with them. */
const ENTRIES = [
  [
    'zeroscout/engine',
    'dist/engine/index.d.ts',
    '[scores networks without servers](../guides/score-one-network.md)',
  ],
  [
    'zeroscout/space',
    'dist/core/spaces/module/space-module.d.ts',
    'has the types of [a space in TypeScript](../guides/own-space.md#a-module)',
  ],
  [
    'zeroscout/proxy',
    'dist/core/proxies/own-proxy.d.ts',
    'has the types of [a proxy of your own](../guides/own-proxy.md)',
  ],
];

export function apiPage() {
  const exported = exportsOf(INDEX);
  const names = [...exported.keys()];
  const others = names.filter((name) => !FIRST.includes(name)).sort();
  const missing = FIRST.filter((name) => !exported.has(name));
  if (missing.length > 0) throw new Error(`client/index.ts no longer exports ${missing.join(', ')}`);
  const section = (name) => `### ${name}\n\n\`\`\`ts\n${exported.get(name)}\n\`\`\`\n`;
  return `# API

What \`import { ... } from 'zeroscout'\` offers, as the package declares it; [a guide](../guides/typescript.md) shows it at work. The further entries ${ENTRIES.map(([name]) => `\`${name}\``).join(', ')} follow at the end. This page is made from the declarations by \`npm run docs:reference\`.

## What programs use

${FIRST.map(section).join('\n')}
## Types

${others.map(section).join('\n')}
${ENTRIES.map((entry) => entrySection(entry, exported)).join('\n')}`;
}

/** The declarations of another entry; those that the main entry exports too are on the page already. */
function entrySection([name, path, use], known) {
  const exported = [...exportsOf(path)].filter(([each]) => !known.has(each));
  const declarations = exported.map(([each, text]) => `### ${each}\n\n\`\`\`ts\n${text}\n\`\`\`\n`);
  return `## ${name}\n\n\`${name}\` ${use}.\n\n${declarations.join('\n')}`;
}

/** Declarations by exported name, found through the files from which the index exports. */
function exportsOf(path) {
  const found = new Map();
  const text = readFileSync(join(root, path), 'utf8');
  const imported = new Map(namesFrom({ text, path, keyword: 'import' }));
  const own = text.matchAll(/^export (?:declare )?(?:interface|type|class|function|const) (\w+)/gm);
  const passedOn = [...text.matchAll(/^export (?:type )?\{([^}]*)\};/gm)].flatMap(([, list]) =>
    namesIn(list),
  );
  const all = [
    ...[...own].map(([, name]) => [name, path]),
    ...namesFrom({ text, path, keyword: 'export' }),
    ...passedOn.map((name) => [name, imported.get(name)]),
  ];
  for (const [name, file] of all) found.set(name, declarationOf({ file, name }));
  return found;
}

/** The names that a file imports or exports from others, each with the declarations of the other file. */
function namesFrom({ text, path, keyword }) {
  const statements = text.matchAll(new RegExp(`^${keyword} (?:type )?\\{([^}]*)\\} from '([^']+)'`, 'gm'));
  return [...statements].flatMap(([, list, from]) => {
    const file = normalize(join(dirname(path), from)).replace(/\.js$/, '.d.ts');
    return namesIn(list).map((name) => [name, file]);
  });
}

function namesIn(list) {
  return list
    .split(',')
    .map((one) => one.trim().replace(/^type /, ''))
    .filter(Boolean);
}

/** One declaration with its comment, in this file of declarations or in one from which it exports. */
function declarationOf({ file, name }) {
  const text = readFileSync(join(root, file), 'utf8');
  const passedOn = new Map(namesFrom({ text, path: file, keyword: 'export' })).get(name);
  if (passedOn) return declarationOf({ file: passedOn, name });
  const lines = text.split('\n');
  const head = new RegExp(`^export (declare )?(interface|type|class|function|const) ${name}\\b`);
  const at = lines.findIndex((line) => head.test(line));
  if (at < 0) throw new Error(`${file} declares no ${name}`);
  let from = at;
  if (/\*\/\s*$/.test(lines[at - 1] ?? '')) while (!/^\/\*\*/.test(lines[from])) from -= 1;
  let to = at;
  // A declaration ends before the next line that is neither indented nor closes it.
  while (to + 1 < lines.length && /^(\s|[}\])])/.test(lines[to + 1])) to += 1;
  return lines
    .slice(from, to + 1)
    .join('\n')
    .replace(/^export (declare )?/m, '')
    .replace(/^( {4})+/gm, (indent) => ' '.repeat(indent.length / 2))
    .trimEnd();
}
