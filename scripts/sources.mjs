// Parses the sources of rooms for the checks of their functions and types.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from '@swc/core';

const root = fileURLToPath(new URL('..', import.meta.url));

const FUNCTIONS = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'MethodProperty',
  'ClassMethod',
  'PrivateMethod',
  'Constructor',
]);
const TYPES = new Set(['TsInterfaceDeclaration', 'TsTypeAliasDeclaration']);

/** Returns the syntax trees of all sources below the folders, each with a function that finds the line of a byte. */
export function parseSources(folders) {
  return folders.flatMap(sourcesIn).map(parse);
}

/** Returns every function with its name: its own, or that of the variable or property to which it is assigned. */
export function functionsOf({ path, tree, lineOf }) {
  return nodesOf(tree, FUNCTIONS).map(({ node, name }) => {
    const { start, end } = node.span ?? node.function.span;
    const { params } = node.function ?? node;
    return {
      name,
      path,
      place: `${path}:${lineOf(start)}`,
      lines: lineOf(end) - lineOf(start) + 1,
      parameters: params.map((one) => one.pat ?? one.param ?? one),
    };
  });
}

/** Interfaces and names of object types, with their members. */
export function typesOf({ path, tree, lineOf }) {
  return nodesOf(tree, TYPES).flatMap(({ node }) => {
    const members = node.body?.body ?? node.typeAnnotation?.members;
    const extended = (node.extends ?? []).map(({ expression }) => expression.value);
    const place = `${path}:${lineOf(node.span.start)}`;
    return members ? [{ name: node.id.value, place, members, extended }] : [];
  });
}

/** Every string and every piece of text in a template, with its line. */
export function stringsOf({ path, tree, lineOf }) {
  return nodesOf(tree, new Set(['StringLiteral', 'TemplateElement'])).map(({ node }) => ({
    text: node.value ?? node.cooked ?? '',
    place: `${path}:${lineOf(node.span.start)}`,
  }));
}

function sourcesIn(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter((path) => /\.(tsx?|mjs|cjs)$/.test(path) && !path.includes('.venv'))
    .map((path) => join(root, folder, path));
}

function parse(path) {
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
  return { path: relative(root, path), tree, lineOf };
}

function nodesOf(tree, kinds) {
  const found = [];
  walk(tree, '(anonymous)');
  return found;

  function walk(node, outer) {
    if (node === null || typeof node !== 'object') return;
    const name = String((node.identifier ?? node.id ?? node.key)?.value ?? outer);
    if (kinds.has(node.type)) found.push({ node, name });
    for (const child of Object.values(node)) walk(child, name);
  }
}
