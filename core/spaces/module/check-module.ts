// Checks before a search starts that a module implements a space.

import { SpecError } from '../../errors.js';
import { wholeNumber } from '../../schema/fields.js';
import { AZ_NAS_PROXIES } from '../../specification/families.js';
import { unknownValue } from '../../text/nearest.js';
import { describeFound, quote, show } from '../../text/show.js';
import type { Costs, Space } from '../space.js';
import { checkNetwork } from './check-network.js';
import { checkedStream } from './checked-stream.js';
import type { SpaceModule } from './space-module.js';

/** The longest text of a candidate. */
const LONGEST = 4096;
/** The number of random candidates that are tried, each with a child. */
const TRIED = 25;

/** Checks the shape of the default export. `source` begins every message. */
export function checkExport({
  value,
  source,
}: {
  readonly value: unknown;
  readonly source: string;
}): SpaceModule {
  const fail = (message: string): never => {
    throw SpecError.inFile({ file: source, message });
  };
  if (typeof value !== 'object' || value === null)
    return fail(
      `default export: ${describeFound(value)}; must be an object (SpaceModule of docs/guides/own-space.md)`,
    );
  const module = value as Readonly<Record<keyof SpaceModule, unknown>>;
  const must = (name: keyof SpaceModule, right: string): never =>
    fail(`${name}: ${describeFound(module[name])}; must be ${right}`);
  for (const name of ['parse', 'random', 'mutate', 'network'] as const)
    if (typeof module[name] !== 'function') must(name, 'a function');
  if (module.costs !== undefined && typeof module.costs !== 'function') must('costs', 'a function');
  const side = wholeNumber({ min: 8, max: 512, multipleOf: 4 });
  if (!side.safeParse(module.resolution).success) must('resolution', 'a multiple of 4 from 8 to 512');
  if (module.step !== undefined && !wholeNumber({ min: 1, max: 512 }).safeParse(module.step).success)
    must('step', 'a whole number from 1 to 512');
  const { size } = module;
  if (
    size !== undefined &&
    !(typeof size === 'bigint' ? size > 0n : Number.isSafeInteger(size) && Number(size) > 0)
  )
    must('size', 'a whole number, as a bigint above 2^53');
  if (module.start !== undefined && typeof module.start !== 'string') must('start', 'a text');
  const names = module.proxies;
  if (names === undefined) return value as SpaceModule;
  if (!Array.isArray(names) || names.length === 0)
    return must('proxies', `a list of ${AZ_NAS_PROXIES.join(', ')}`);
  const known: readonly string[] = AZ_NAS_PROXIES;
  const unknown: unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) fail(`proxies: ${unknownValue({ word: String(unknown), known })}`);
  return value as SpaceModule;
}

/**
 * Tries some candidates: a text must parse to itself, the same call must always give the same, the blocks of networks
 * must fit together, and costs must be numbers. Throws a SpecError otherwise.
 */
export function tryModule({
  module,
  space,
  source,
}: {
  readonly module: SpaceModule;
  readonly space: Space;
  readonly source: string;
}): void {
  const fail = (message: string): never => {
    throw SpecError.inFile({ file: source, message });
  };
  const checkText = (what: string, text: unknown) => {
    if (typeof text !== 'string' || text === '' || text.length > LONGEST || /[\r\n\0]/.test(text))
      return fail(`${what} gave ${show(text)}; must be one line of 1 to ${LONGEST} characters`);
    if (space.parse(text) !== text)
      fail(
        `${what} gave ${quote(text)}, which parse turns into ${show(space.parse(text))}; must be the usual spelling`,
      );
    return text;
  };
  const { resolution } = module;
  if (resolution % space.resolutionStep() !== 0)
    fail(`resolution: found ${resolution}; must be a multiple of step, ${space.resolutionStep()}`);
  if (module.start !== undefined) checkText('start', module.start);
  const candidates = new Set<string>();
  let changed = 0;
  for (let draw = 0; draw < TRIED; draw++) {
    const key = { seed: 1, draw, name: 'try' };
    const candidate = checkText('random', space.random(key));
    const mutate = () => space.mutate({ parent: candidate, key, mutations: 1 });
    const child = checkText('mutate', mutate());
    // `space` may have evaluated the module anew, so that what `module` keeps between calls differs from what that keeps.
    if ([space.random(key), module.random(checkedStream(key))].some((again) => again !== candidate))
      fail('random gave two candidates for one key; must depend on its argument alone');
    if (mutate() !== child)
      fail(`mutate gave two children of ${quote(candidate)} for one key; must depend on its arguments alone`);
    for (const text of [candidate, child]) tryCandidate({ text, resolution, space, fail });
    candidates.add(candidate);
    if (child !== candidate) changed += 1;
  }
  // An evolution of unchanged children would end with its first candidates.
  if (changed === 0 && candidates.size > 1)
    fail(`mutate gave ${TRIED} candidates unchanged; must change one choice`);
}

interface TryCandidateArguments {
  readonly text: string;
  readonly resolution: number;
  readonly space: Space;
  readonly fail: (message: string) => never;
}

function tryCandidate({ text, resolution, space, fail }: TryCandidateArguments): void {
  const build = () => space.network({ candidate: text, resolution });
  const network: unknown = build();
  checkNetwork({ network, resolution, text, fail });
  if (JSON.stringify(build()) !== JSON.stringify(network))
    fail(`network gave two networks for ${quote(text)}; must depend on its arguments alone`);
  const costs: Partial<Costs> = space.costs({ candidate: text, resolution });
  const { flops, parameters, layers = 0 } = costs;
  if (![flops, parameters, layers].every((cost) => Number.isFinite(cost) && cost! >= 0))
    fail(`costs of ${quote(text)} are ${show(flops)}, ${show(parameters)}, ${show(layers)}; must be numbers`);
}
