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
  const section = (name) => block({ name, text: exported.get(name).text });
  const entries = ENTRIES.map((entry) => entrySection(entry, exported));
  const shown = new Map([...exported, ...entries.flatMap(({ declarations }) => declarations)]);
  return `# API

What \`import { ... } from 'zeroscout'\` offers, as the package declares it; [a guide](../guides/typescript.md) shows it at work. The further entries ${ENTRIES.map(([name]) => `\`${name}\``).join(', ')} follow at the end. This page is made from the declarations by \`npm run docs:reference\`.

## What programs use

${FIRST.map(section).join('\n')}
## Types

${others.map(section).join('\n')}
${entries.map(({ text }) => text).join('\n')}
## Types that these name

No entry of the package exports these by name; a declaration above uses them. The longest are left out: of a specification [every key](specification.md), and of a summary [every key](files.md#summaryjson) is described elsewhere.

${[...namedBy(shown)].map(([name, { text }]) => block({ name, text })).join('\n')}`;
}

const block = ({ name, text }) => `### ${name}\n\n\`\`\`ts\n${text}\n\`\`\`\n`;

/** The declarations of another entry; those that the main entry exports too are on the page already. */
function entrySection([name, path, use], known) {
  const exported = [...exportsOf(path)].filter(([each]) => !known.has(each));
  const sections = exported.map(([each, { text }]) => block({ name: each, text }));
  return {
    declarations: exported,
    text: `## ${name}\n\n\`${name}\` ${use}.\n\n${sections.join('\n')}`,
  };
}

/** The most lines of a declaration that is on the page only because another one names it. */
const LONGEST = 60;

/** The declarations of this project that the given ones name, and those that these name, in the order of their names. */
function namedBy(shown) {
  const found = new Map();
  const rest = [...shown.values()];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const imported = new Map(namesFrom({ text: next.all, path: next.file, keyword: 'import' }));
    const code = next.text.replace(/\/\*[\s\S]*?\*\/|'[^']*'/g, '');
    for (const [name] of code.matchAll(/(?<=typeof )\w+|\b[A-Z]\w+/g)) {
      if (shown.has(name) || found.has(name)) continue;
      const declaration = declarationOf({ file: imported.get(name) ?? next.file, name });
      if (!declaration || declaration.text.split('\n').length > LONGEST) continue;
      found.set(name, declaration);
      rest.push(declaration);
    }
  }
  return [...found].sort(([one], [other]) => one.localeCompare(other, 'en'));
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
  for (const [name, file] of all) {
    const declaration = declarationOf({ file, name });
    if (!declaration) throw new Error(`${file} declares no ${name}`);
    found.set(name, declaration);
  }
  return found;
}

/** The names that a file imports or exports from others of this project, each with the declarations of the other file. */
function namesFrom({ text, path, keyword }) {
  const statements = text.matchAll(new RegExp(`^${keyword} (?:type )?\\{([^}]*)\\} from '(\\.[^']+)'`, 'gm'));
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

/**
 * One declaration with its comment, in this file of declarations or in one from which it exports; undefined where there is
 * none. `all` is the text of its `file`.
 */
function declarationOf({ file, name }) {
  const text = readFileSync(join(root, file), 'utf8');
  const passedOn = new Map(namesFrom({ text, path: file, keyword: 'export' })).get(name);
  if (passedOn) return declarationOf({ file: passedOn, name });
  const lines = text.split('\n');
  const head = new RegExp(`^(export )?(declare )?(interface|type|class|function|const) ${name}\\b`);
  const at = lines.findIndex((line) => head.test(line));
  if (at < 0) return undefined;
  let from = at;
  if (/\*\/\s*$/.test(lines[at - 1] ?? '')) while (!/^\/\*\*/.test(lines[from])) from -= 1;
  let to = at;
  while (continues(lines, to + 1)) to += 1;
  const declaration = lines
    .slice(from, to + 1)
    .join('\n')
    .replace(/^export (?=\w)/m, '')
    .replace(/^declare (?=\w)/m, '')
    .replace(/^( {4})+/gm, (indent) => ' '.repeat(indent.length / 2))
    .replace(/ +$/gm, '')
    .trimEnd();
  return { text: declaration, file, all: text };
}

/**
 * Whether a line belongs to the declaration before it: it is indented, closes it, or is a member of a union that has
 * comments between its members, which the compiler writes without indentation.
 */
function continues(lines, at) {
  if (at >= lines.length) return false;
  if (/^(\s|[}\])'])/.test(lines[at])) return true;
  return /^\/\*\*.*\*\/$/.test(lines[at]) && /^('| \|)/.test(lines[at + 1] ?? '');
}
