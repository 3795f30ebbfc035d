// Translates errors of the library for a terminal: fields become arguments and options, advice becomes
// commands.
import type { Command } from 'commander';
import { type Advice, type Issue, ServiceError, SpecError } from '../core/errors.js';
import { adviceInCommands } from './advice.js';

/**
 * The names of a field on the command line, of which the first that the command has is used: an argument such
 * as ID, or an option.
 */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  id: ['ID', '--id'],
  schedule: ['NAME'],
  earlier: ['RUN_A'],
  later: ['RUN_B'],
  worker: ['NAME'],
  kind: ['KIND'],
  cron: ['--cron'],
  from: ['--from'],
  folder: ['--out'],
  out: ['--out'],
  svg: ['--svg'],
  compare: ['--compare'],
  truth: ['--truth'],
  known: ['--known'],
  labels: ['--labels'],
  dataset: ['--dataset'],
  size: ['--size'],
  resolution: ['--resolution'],
  candidates: ['--candidates'],
  cost: ['--pareto'],
  format: ['--format'],
  timezone: ['--timezone'],
  prefix: ['--prefix'],
  certificate: ['--tls-cert'],
  key: ['--tls-key'],
  forgetNamespaces: ['--forget-namespace'],
};

/** Arguments that are files, for which the file's name suffices. */
const FILES = new Set(['specification', 'space']);

/**
 * The same error with the library's fields replaced by the command's arguments and options; fields of a
 * specification are kept.
 */
export function withFlagNames(error: SpecError, command: Command | undefined): SpecError {
  const options = optionsOf(command);
  const known = new Set([
    ...options,
    ...(command?.registeredArguments.map((argument) => argument.name()) ?? []),
  ]);
  const nameOf = ({ path, file }: Issue) => {
    if (file && FILES.has(path)) return '';
    const [first = '', ...rest] = path.split('.');
    const names = Object.hasOwn(NAMES, first) ? NAMES[first] : undefined;
    const name = names?.find((one) => known.has(one));
    return name === undefined ? path : [name, ...rest].join('.');
  };
  const issues = error.issues.map((issue): Issue => {
    const { advice } = issue;
    const named = { ...issue, path: nameOf(issue) };
    return advice ? { ...named, advice: adviceAsCommand(advice, options) } : named;
  });
  return new SpecError(issues);
}

/** The message of an error of the library, with its advice as a command. */
export function messageInCommands(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ServiceError) || !error.advice) return message;
  return message.replace(error.advice.text, adviceAsCommand(error.advice).text);
}

/** The advice with a command as its text. */
export function adviceAsCommand(advice: Advice, options: ReadonlySet<string> = new Set()): Advice {
  return { ...advice, text: adviceInCommands({ ...advice, options }) };
}

function optionsOf(command: Command | undefined): ReadonlySet<string> {
  return new Set(command?.options.flatMap(({ long }) => long ?? []));
}
