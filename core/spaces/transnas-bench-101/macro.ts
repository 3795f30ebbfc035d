// Defines candidates of TransNAS-Bench-101's macro space: 4 to 6 modules of residual blocks, each with its
// own change of shape.
import { SpecError } from '../../errors.js';
import type { CandidateGraph } from '../../graph/network-builder.js';
import type { RandomKey } from '../../random/random.js';
import { randomStream } from '../../random/random-stream.js';
import { quote } from '../../text/show.js';
import { type ApplyCell, doubles, halves, type ModuleDigit, modulesGraph, reluConvNorm } from './network.js';

export type Modules = readonly ModuleDigit[];

const MODULES = { least: 4, most: 6 } as const;
const HALVINGS = { least: 1, most: 4 } as const;
const DOUBLINGS = { least: 1, most: 3 } as const;
const DIGITS: readonly ModuleDigit[] = [1, 2, 3, 4];

/**
 * Throws a SpecError for a text that is not `64-DIGITS-basic`, and for too few or too many modules, halvings
 * or doublings.
 */
export function parseModules(text: string): Modules {
  const complain = (message: string) =>
    SpecError.of({ path: '', message: `candidate ${quote(text)}: ${message}` });
  const [, digits] = /^64-([1-4]+)-basic$/.exec(text.trim()) ?? [];
  if (digits === undefined)
    throw complain('must be 64-, a digit from 1 to 4 for each module, -basic, such as "64-12341-basic"');
  const modules = Array.from(digits, (digit) => Number(digit) as ModuleDigit);
  const issue = issueOf(modules);
  if (issue) throw complain(issue);
  return modules;
}

function issueOf(modules: Modules): string | undefined {
  const [halvings, doublings] = [modules.filter(halves).length, modules.filter(doubles).length];
  if (!isWithin(modules.length, MODULES))
    return `has ${modules.length} modules; must have ${MODULES.least} to ${MODULES.most}`;
  if (!isWithin(halvings, HALVINGS))
    return `halves the resolution in ${halvings} modules (digits 3 and 4); must be ${HALVINGS.least} to ${HALVINGS.most}`;
  if (!isWithin(doublings, DOUBLINGS))
    return `doubles the channels in ${doublings} modules (digits 2 and 4); must be ${DOUBLINGS.least} to ${DOUBLINGS.most}`;
  return undefined;
}

function isWithin(n: number, { least, most }: { readonly least: number; readonly most: number }): boolean {
  return n >= least && n <= most;
}

export function printModules(modules: Modules): string {
  return `64-${modules.join('')}-basic`;
}

/** The number of candidates: the length of `allModules()`. */
export const MACRO_SIZE = 3_256;

/** All candidates, shorter ones first. */
export function allModules(): readonly Modules[] {
  let level: readonly Modules[] = [[]];
  const found: Modules[] = [];
  for (let length = 1; length <= MODULES.most; length++) {
    level = level.flatMap((modules) => DIGITS.map((digit) => [...modules, digit]));
    found.push(...level.filter((modules) => !issueOf(modules)));
  }
  return found;
}

/** Each mutation replaces, inserts or removes one module; all results within the space are equally likely. */
export function mutateModules({
  modules,
  key,
  mutations,
}: {
  readonly modules: Modules;
  readonly key: RandomKey;
  readonly mutations: number;
}): Modules {
  const random = randomStream(key);
  let child = modules;
  for (let i = 0; i < mutations; i++) child = random.pick(neighbours(child));
  return child;
}

function neighbours(modules: Modules): readonly Modules[] {
  const found = new Map<string, Modules>();
  for (let at = 0; at <= modules.length; at++) {
    const [before, rest] = [modules.slice(0, at), modules.slice(at)];
    const changed = DIGITS.flatMap((digit): Modules[] => [
      [...before, digit, ...rest],
      [...before, digit, ...rest.slice(1)],
    ]);
    for (const each of [...changed, [...before, ...rest.slice(1)]]) found.set(printModules(each), each);
  }
  found.delete(printModules(modules));
  return [...found.values()].filter((each) => !issueOf(each));
}

/**
 * A residual block: ReLU, 3x3 convolution and normalization, twice; its input is added, through a 1x1
 * convolution where shapes differ.
 */
const residual: ApplyCell = ({ b, x, step: { channels, stride } }) => {
  const first = reluConvNorm(b, x, { to: channels, kernel: 3, stride });
  const second = reluConvNorm(b, first, { to: channels, kernel: 3 });
  const isSame = stride === 1 && channels === x.channels;
  const shortcut = isSame ? x : b.normalize(b.conv(x, { to: channels, kernel: 1, stride }));
  return b.sum([second, shortcut]);
};

export function macroGraph({
  modules,
  resolution,
}: {
  readonly modules: Modules;
  readonly resolution: number;
}): CandidateGraph {
  return modulesGraph({ modules, resolution, cell: residual });
}
