// Reads and writes the text of an AutoFormer architecture, compact or as JSON.
import { SpecError } from '../../errors.js';
import { quote } from '../../text/show.js';
import type { Choices } from './choices.js';

export interface Layer {
  readonly heads: number;
  /** The number of hidden channels of the MLP divided by the width. */
  readonly ratio: number;
}

export interface Architecture {
  readonly width: number;
  readonly layers: readonly Layer[];
}

/**
 * Writes `w216-h3r4-h4r3.5-...`: the width, then heads and MLP ratio of each layer; the depth is the number
 * of layers.
 */
export function printArchitecture({ width, layers }: Architecture): string {
  return [`w${width}`, ...layers.map(({ heads, ratio }) => `h${heads}r${ratio}`)].join('-');
}

/**
 * Reads the compact text, or a JSON object { depth, embedDim, mlpRatio, numHeads } in the form of published
 * search results (`depth` may be left out). Throws a SpecError that says which layer is wrong, what was found
 * and what would be right.
 */
export function parseArchitecture({
  text,
  choices,
}: {
  readonly text: string;
  readonly choices: Choices;
}): Architecture {
  const fail: Fail = (message) => {
    throw SpecError.of({ path: '', message: `candidate ${quote(text)}: ${message}` });
  };
  const { width, layers } = text.startsWith('{') ? readJson(text, fail) : readCompact(text, fail);
  const check = (where: string, found: unknown, allowed: readonly number[]): number =>
    allowed.includes(found as number)
      ? (found as number)
      : fail(`${where} is ${JSON.stringify(found)}; must be one of ${allowed.join(', ')}`);
  check('the number of layers', layers.length, choices.depths);
  return {
    width: check('width', width, choices.widths),
    layers: layers.map(({ heads, ratio }, i) => ({
      heads: check(`heads of layer ${i}`, heads, choices.heads),
      ratio: check(`ratio of layer ${i}`, ratio, choices.ratios),
    })),
  };
}

type Fail = (message: string) => never;
interface Unchecked {
  readonly width: unknown;
  readonly layers: readonly { readonly heads: unknown; readonly ratio: unknown }[];
}

function readCompact(text: string, fail: Fail): Unchecked {
  const [first, ...rest] = text.split('-');
  const width = /^w(\d{1,6})$/.exec(first!);
  if (!width) return fail(`begins with ${quote(first!)}; must be as in w216-h3r4-h4r3.5, width first`);
  const layers = rest.map((part, i) => {
    const layer = /^h(\d{1,6})r(\d{1,6}(?:\.\d{1,6})?)$/.exec(part);
    if (!layer) return fail(`layer ${i} is ${quote(part)}; must be heads and MLP ratio, as in h3r3.5`);
    return { heads: Number(layer[1]), ratio: Number(layer[2]) };
  });
  return { width: Number(width[1]), layers };
}

function readJson(text: string, fail: Fail): Unchecked {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(`not JSON: ${(error as Error).message}`);
  }
  const known = ['depth', 'embedDim', 'mlpRatio', 'numHeads'];
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) fail(`unknown field ${quote(unknown)}; has ${known.join(', ')}`);
  const { depth, embedDim, mlpRatio: ratios, numHeads: heads } = value;
  if (!Array.isArray(ratios) || !Array.isArray(heads) || ratios.length !== heads.length)
    return fail('mlpRatio and numHeads must be lists of one length, an entry for each layer');
  if (depth !== undefined && depth !== ratios.length)
    fail(`depth is ${JSON.stringify(depth)}, but mlpRatio and numHeads have ${ratios.length} entries`);
  return { width: embedDim, layers: ratios.map((ratio, i) => ({ ratio, heads: heads[i] })) };
}
