// Runs the commands of the documents that need no server, and compares what they print with what the documents show.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSpecification } from '../../client/specification/read-specification.js';
import { describeRanking } from '../../core/specification/describe-ranking.js';
import { type TestHome, testHome } from '../support/home.js';
import { ROOT, zeroscout } from '../support/zeroscout.js';

const documents = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !/^(node_modules|\.vitepress)\//.test(name))
    .map((name) => join('docs', name)),
];

let home: TestHome;
beforeAll(() => {
  home = testHome();
});
afterAll(() => home.remove());

/** A command of a document, in words, with what it is shown to print. */
interface Shown {
  readonly document: string;
  readonly command: string;
  readonly words: readonly string[];
  readonly output?: string;
}

/** Commands on indented lines, and those of fenced blocks that begin with `$ `, whose further lines are the output. */
function shownIn(document: string): Shown[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const read = (line: string) => {
    const command = line.replace(/\s+#.*$/, '').trim();
    return { document, command, words: command.split(/\s+/) };
  };
  const plain = [...text.matchAll(/^ {4,}(?:npx )?zeroscout ([^\n|>]+)$/gm)];
  const withOutput = [...text.matchAll(/^```\n\$ npx zeroscout ([^\n]+)\n([^$][\s\S]*?)^```/gm)];
  return [
    ...plain.map(([, line]) => read(line!)),
    ...withOutput.map(([, line, output]) => ({ ...read(line!), output: output! })),
  ];
}

/** Whether a command can be run as it stands: it has no placeholder such as FILE, and its files are in the repository. */
const isComplete = ({ words }: Shown) =>
  words.every((word) => !/^[A-Z_]+$/.test(word) && (!/[/.]/.test(word) || existsSync(join(ROOT, word))));

const OFFLINE = /^(inspect|score|validate|space (describe|costs))\b/;
const shown = documents.flatMap(shownIn);
const runnable = shown.filter((each) => OFFLINE.test(each.command) && isComplete(each));

describe('commands that need no server', () => {
  test('are found in the documents', () => {
    expect(runnable.length).toBeGreaterThan(3);
    expect(runnable.filter(({ output }) => output !== undefined)).not.toEqual([]);
  });

  test.each(runnable)('$document: zeroscout $command', async ({ words, output }) => {
    const { code, stdout, stderr } = await zeroscout(words, { home, cwd: ROOT });
    expect([code, stderr]).toEqual([0, '']);
    if (output !== undefined) expect(stdout).toBe(output);
  });
});

describe('searches that are run from a file of the repository', () => {
  const runs = shown.filter(({ command }) => command.startsWith('run examples/'));

  test.each(runs)('$document: zeroscout $command', async ({ words: [, file, ...options] }) => {
    const modules = options.filter((option) => option === '--allow-modules');
    const { code } = await zeroscout(['validate', file!, ...modules], { home, cwd: ROOT });
    expect(code).toBe(0);
  });

  test('README.md shows a ranking by the weights that its specification has now', async () => {
    const { specification } = await readSpecification(join(ROOT, 'examples/one-draw.yaml'));
    const how = 'otherwise run its three commands again, and npm run plot for docs/pareto.svg';
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8'), how).toContain(describeRanking(specification));
  });
});
