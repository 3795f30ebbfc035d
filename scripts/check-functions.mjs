// Fails if a function in the rooms or in scripts/ has more than 60 lines.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from '@swc/core';
import { ROOMS } from './rooms.cjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const MOST_LINES = 60;
/** Functions that were longer when this rule was made, with their limits. Do not add any. */
const EXCEPTIONS = {
  'cli/commands/worker.ts work': 62,
  'client/searches/searches.ts createSearches': 62,
  'core/spaces/custom/costs.ts createCounter': 66,
};

const FUNCTIONS = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'MethodProperty',
  'ClassMethod',
  'PrivateMethod',
  'Constructor',
]);

const tooLong = [...ROOMS, 'page', 'scripts']
  .flatMap(sourcesIn)
  .flatMap((path) => longFunctions(path).map((found) => ({ path: relative(root, path), ...found })))
  .filter(({ path, name, lines }) => lines > (EXCEPTIONS[`${path} ${name}`] ?? MOST_LINES));

for (const { path, line, name, lines } of tooLong)
  console.error(`${path}:${line} ${name} has ${lines} lines; at most ${MOST_LINES}: give its parts names`);
process.exit(tooLong.length > 0 ? 1 : 0);

function sourcesIn(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter((path) => /\.(tsx?|mjs|cjs)$/.test(path) && !path.includes('.venv'))
    .map((path) => join(root, folder, path));
}

function longFunctions(path) {
  const source = readFileSync(path);
  const tree = parseSync(source.toString(), {
    syntax: 'typescript',
    tsx: path.endsWith('.tsx'),
    target: 'esnext',
  });
  // swc counts bytes over all files that it has parsed; the end of a file's tree is the file's last byte.
  const before = tree.span.end - source.length;
  const lineOf = (byte) =>
    source
      .subarray(0, byte - before)
      .toString()
      .split('\n').length;
  const found = [];
  walk(tree, '(anonymous)', (name, { start, end }) => {
    const lines = lineOf(end) - lineOf(start) + 1;
    if (lines > MOST_LINES) found.push({ name, line: lineOf(start), lines });
  });
  return found;
}

/**
 * Visits every function below a node with its name: its own, or that of the variable or property to which it
 * is assigned.
 */
function walk(node, outer, visit) {
  if (node === null || typeof node !== 'object') return;
  const name = String((node.identifier ?? node.id ?? node.key)?.value ?? outer);
  if (FUNCTIONS.has(node.type)) visit(name, node.span ?? node.function.span);
  for (const child of Object.values(node)) walk(child, name, visit);
}
