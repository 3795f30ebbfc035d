// Translates advice of the library into commands and options.

import { ALLOW_MODULES } from '../client/specification/module-permission.js';
import type { AdviceCode } from '../core/errors.js';

interface AdviceContext {
  /** The subject of the advice, such as the id of a search, or the variables that may be set instead. */
  readonly about?: string | undefined;
  /** The options of the command that is running. */
  readonly options?: ReadonlySet<string>;
}

const SET_LIBRARY_PATH = 'set LD_LIBRARY_PATH="$(zeroscout devices path cuda)"';

const COMMANDS: Readonly<Record<AdviceCode, (context: AdviceContext) => string>> = {
  'start-servers': ({ about }) => `Run \`zeroscout services up\`${about ? `, or set ${about}` : ''}.`,
  'stop-servers': () => '`zeroscout services down` ends it.',
  'allow-modules': ({ options }) =>
    options?.has('--allow-modules')
      ? `allow it with --allow-modules, or ${ALLOW_MODULES}=1, if you trust it`
      : `allow it with ${ALLOW_MODULES}=1 if you trust it`,
  'measure-latencies': ({ about }) => `measure them with \`zeroscout latency measure ${about}\``,
  'search-again': () => 'its scores are kept; `zeroscout run` with its specification resumes it',
  'score-again': ({ about }) =>
    `\`zeroscout run --again --id ${about}\` with its specification computes them again`,
  'correct-specification': () =>
    'correct the specification, or the worker that refused it, then `zeroscout run` it',
  'repair-store': () => '`zeroscout store check --repair` repairs the store.',
  'fetch-servers': () => 'fetched on first use; now: `zeroscout services up`',
  'restart-servers': ({ about }) => `\`zeroscout services down\`, then up; see ${about}`,
  'install-provider': ({ about }) => `zeroscout devices install ${about}`,
  'install-libraries': ({ about }) => `${about}; then ${SET_LIBRARY_PATH}`,
  'find-libraries': ({ about }) => `${SET_LIBRARY_PATH}, or: ${about}; then ${SET_LIBRARY_PATH}`,
  'name-features': ({ options }) =>
    options?.has('--features')
      ? 'name tensors: --features NAME,NAME,...'
      : 'name the tensors that are features',
  'separate-namespaces': ({ about }) =>
    `give each namespace a NATS account of its own; if the searches of these need nothing here any more, add --forget-namespace ${about}`,
  'export-onnx': () => 'or take --format onnx',
  'repair-by-search': () =>
    '`zeroscout run` with its specification restores what was damaged, from the stored scores',
};

/** The advice of an error, or of a search that ended, in terms of the command line. */
export function adviceInCommands({
  code,
  ...context
}: AdviceContext & { readonly code: AdviceCode }): string {
  return COMMANDS[code](context);
}
