// Reads YAML or JSON from outside; its SpecErrors name source, line and column.
import { type Document, isAlias, isScalar, Lexer, LineCounter, Parser, parseDocument, visit } from 'yaml';
import { type Issue, MOST_ISSUES, moreIssues, SpecError } from '../errors.js';
import { isBinary } from './binary.js';
import { quote } from './show.js';

const LONGEST_BYTES = 1024 * 1024;
const MOST_ALIASES = 100;
const DEEPEST = 32;

/** The names of documents in messages. */
const HOLDS = {
  specification: {
    keys: 'at least name and space',
    size: 'a specification has a few lines',
    depth: 'a specification has three',
  },
  space: {
    keys: 'input, classes and stages',
    size: 'the definition of a space has a few dozen lines',
    depth: 'the definition of a space has four',
  },
  features: {
    keys: 'features',
    size: 'a list of features has a few lines',
    depth: 'a list of features has two',
  },
} as const;

interface Named {
  readonly source: string;
  readonly holds: keyof typeof HOLDS;
}

/**
 * Reads one YAML 1.2 document (JSON is YAML). It refuses syntax errors, duplicate keys, several documents,
 * tags, keys that are not text, aliases that multiply or that contain themselves, nesting beyond 32 levels,
 * texts above 1 MiB, and empty texts. `source` is the file's name in messages.
 */
export function readDocument({
  text,
  source,
  holds = 'specification',
}: {
  readonly text: string;
  readonly source: string;
  readonly holds?: keyof typeof HOLDS;
}): unknown {
  if (text.length > LONGEST_BYTES || Buffer.byteLength(text) > LONGEST_BYTES) {
    throw SpecError.inFile({ file: source, message: `larger than 1 MiB; ${HOLDS[holds].size}` });
  }
  if (isBinary(text))
    throw SpecError.inFile({
      file: source,
      reason: 'binary-data',
      message: 'not text but binary data; must be UTF-8 text, YAML or JSON',
    });
  refuseDepth({ text, source, holds });
  const lines = new LineCounter();
  const document = reading(source, () =>
    // The option uniqueKeys is off because the library compares each key with every other one, which takes
    // minutes for a long file.
    parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, uniqueKeys: false }),
  );
  const written = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    at: pos[0],
    message,
  }));
  const faults = written.length > 0 ? written : findFaults(document);
  if (faults.length > 0) {
    const issues = faults.slice(0, MOST_ISSUES).map(({ at, message }): Issue => {
      const { line, col } = lines.linePos(at);
      return { path: '', file: source, line, column: col, message: joinLines(message) };
    });
    const rest = faults.length - issues.length;
    throw new SpecError(rest > 0 ? [...issues, moreIssues(rest)] : issues);
  }
  if (document.contents === null) {
    throw SpecError.inFile({
      file: source,
      reason: 'empty',
      message: `empty; must be a mapping with ${HOLDS[holds].keys}`,
    });
  }
  const value = reading(source, () => document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown);
  // A few aliases can make a flat text a deep value, and an alias of its own ancestor makes it endless.
  refuseDeepValue({ value, source, holds });
  return value;
}

/**
 * Throws a SpecError for a value nested beyond 32 levels, or within itself. Each level is a set, because a value
 * that occurs several times is examined once.
 */
export function refuseDeepValue({
  value,
  source,
  holds = 'specification',
}: Partial<Named> & { readonly value: unknown; readonly source: string }): void {
  let level = new Set([value].filter(isObject));
  for (let depth = 0; depth < DEEPEST && level.size > 0; depth++)
    level = new Set([...level].flatMap((inner) => Object.values(inner).filter(isObject)));
  if (level.size > 0) throw tooDeep({ source, holds });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function tooDeep({ source, holds }: Named): SpecError {
  const message = `nested deeper than ${DEEPEST} levels; ${HOLDS[holds].depth}`;
  return SpecError.inFile({ file: source, message });
}

/**
 * This check precedes every recursive parser, because V8 may abort the process at the end of the stack
 * instead of throwing.
 */
function refuseDepth({ text, ...named }: Named & { readonly text: string }): void {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _token of parser.next(lexeme));
    if (parser.stack.length <= DEEPEST) continue;
    throw tooDeep(named);
  }
}

interface Fault {
  /** The offset into the text. */
  readonly at: number;
  readonly message: string;
}

/** Repeated keys, and aliases without an anchor, which the parser accepts or reports without a place. */
function findFaults(document: Document.Parsed): Fault[] {
  const faults: Fault[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const { source, range } = node;
        if (!anchors.has(source))
          faults.push({
            at: range?.[0] ?? 0,
            message: `alias *${source} has no anchor &${source} before it`,
          });
      } else if (node.anchor) anchors.add(node.anchor);
    },
  });
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name))
          faults.push({ at: key.range?.[0] ?? 0, message: `key ${quote(name)} occurs twice; keep one` });
        seen.add(name);
      }
    },
  });
  return faults;
}

/** The parser throws plain errors for alias bombs. */
function reading<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw SpecError.inFile({
      file: source,
      message: `cannot be read: ${joinLines((error as Error).message)}`,
    });
  }
}

function joinLines(message: string): string {
  if (message.startsWith('Source contains multiple documents')) return 'more than one document; keep one';
  return message.split('\n')[0] ?? message;
}
