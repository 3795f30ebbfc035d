// Implements the command `npm run golden`: computes golden cases with the engine, and exits with 0 only if
// all are within tolerance.
import { availableParallelism } from 'node:os';
import { Command, CommanderError } from 'commander';
import { SpecError } from '../core/errors.js';
import { type GoldenCases, type GoldenChecks, readGoldenFile } from './golden/cases.js';
import { brief, type Comparison, compareCase, judge } from './golden/compare.js';
import { createGoldenEngine } from './golden/compute.js';
import type { GoldenCase } from './golden/kind.js';

const command = new Command('golden')
  .description(
    'compares the engine with a file of golden cases; exit code 0 only if all are within tolerance',
  )
  .argument('<FILE>', 'golden cases, in the form of a file in test/goldens')
  .addHelpText('after', '\nExit codes: 0 within tolerance, 1 not, 2 no file of golden cases.')
  .showHelpAfterError('(npm run golden -- --help shows how to use it)')
  .exitOverride()
  .action(async (path: string) => {
    process.exitCode = await golden(path);
  });

try {
  await command.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) process.stderr.write(`${(error as Error).message}\n`);
  const wrongUse = error instanceof SpecError || (error instanceof CommanderError && error.exitCode !== 0);
  process.exitCode = wrongUse ? 2 : error instanceof CommanderError ? 0 : 1;
}

/** Prints a line for each case, then the verdict; returns the exit code. */
async function golden(path: string): Promise<number> {
  const file = await readGoldenFile(path);
  return 'checks' in file ? showChecks(path, file) : runCases(path, file);
}

/** Prints a line for each failed check, then the verdict. */
function showChecks(path: string, { kind, checks }: GoldenChecks): number {
  const failed = checks.filter(({ differences }) => differences.length);
  for (const { name, differences } of failed) print(`${name}\n  DIFFER: ${differences.join('; ')}`);
  print(`${failed.length ? 'FAIL' : 'ok  '} exact: ${checks.length - failed.length} of ${checks.length}`);
  print(`${failed.length ? 'FAIL' : 'PASS'} ${checks.length} checks of ${kind} in ${path}`);
  return failed.length ? 1 : 0;
}

async function runCases(path: string, { kind, cases, close }: GoldenCases): Promise<number> {
  const engine = await createGoldenEngine({ threads: availableParallelism() });
  const comparisons: Comparison[] = [];
  for (const [i, item] of cases.entries()) {
    const comparison = compareCase(item, await engine.compute(item));
    comparisons.push(comparison);
    print(showCase({ number: i + 1, item, comparison }));
  }
  await engine.close();
  const { passed, lines } = judge(comparisons, close);
  print('');
  for (const line of lines) print(line);
  print(`${passed ? 'PASS' : 'FAIL'} ${cases.length} cases of ${kind} in ${path}`);
  return passed ? 0 : 1;
}

function showCase({
  number,
  item,
  comparison: { features, blocks, differences },
}: {
  readonly number: number;
  readonly item: GoldenCase;
  readonly comparison: Comparison;
}): string {
  const rest = differences.length ? `DIFFER: ${differences.join('; ')}` : 'costs exact, sums follow';
  return [
    `case ${number}  ${item.candidate}  batch ${item.batch}, resolution ${item.resolution}`,
    `  features ${largest(features)}  blocks ${largest(blocks)}  ${rest}`,
  ].join('\n');
}

/** The largest deviation and its index, counted from 0. */
function largest(deviations: readonly number[]): string {
  const value = Math.max(...deviations);
  return `${brief(value)} (at ${deviations.indexOf(value)})`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
