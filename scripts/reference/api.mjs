// Writes the reference page of the API from the type declarations of client/.
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

export function apiPage() {
  const exported = exportsOf(INDEX);
  const names = [...exported.keys()];
  const others = names.filter((name) => !FIRST.includes(name)).sort();
  const missing = FIRST.filter((name) => !exported.has(name));
  if (missing.length > 0) throw new Error(`client/index.ts no longer exports ${missing.join(', ')}`);
  const section = (name) => `### ${name}\n\n\`\`\`ts\n${exported.get(name)}\n\`\`\`\n`;
  return `# API

What \`import { ... } from 'zeroscout'\` offers, as the package declares it; [a guide](../guides/typescript.md) shows it at work. This page is made from the declarations by \`npm run docs:reference\`. \`zeroscout/engine\` is in [Score one network](../guides/score-one-network.md), \`zeroscout/space\` in [Your own space](../guides/own-space.md).

## What programs use

${FIRST.map(section).join('\n')}
## Types

${others.map(section).join('\n')}`;
}

/** Declarations by exported name, found through the files from which the index exports. */
function exportsOf(path) {
  const found = new Map();
  const text = readFileSync(join(root, path), 'utf8');
  for (const [, list, from] of text.matchAll(/export (?:type )?\{([^}]*)\} from '([^']+)'/g)) {
    const file = normalize(join(dirname(path), from)).replace(/\.js$/, '.d.ts');
    for (const name of list.split(',').map((one) => one.trim().replace(/^type /, '')))
      if (name) found.set(name, declarationOf({ file, name }));
  }
  return found;
}

/** One declaration with its comment, as in a file of declarations. */
function declarationOf({ file, name }) {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
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
