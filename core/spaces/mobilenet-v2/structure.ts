// Reads and writes the text of a MobileNetV2 structure (the space of Lin et al., ZenNAS, ICCV 2021, searched by AZ-NAS).
import { SpecError } from '../../errors.js';

/** Convolution, normalization and ReLU, `sub` times; the first convolution has the stride. */
export interface ConvBlock {
  readonly kind: 'conv';
  readonly kernel: number;
  readonly in: number;
  readonly out: number;
  readonly stride: number;
  readonly sub: number;
}
/**
 * Two inverted residual units, `in` to `bottleneck` to `out` channels, `sub` times; the first unit has the
 * stride.
 */
export interface ResBlock {
  readonly kind: 'res';
  readonly expansion: number;
  readonly kernel: number;
  readonly in: number;
  readonly out: number;
  readonly stride: number;
  readonly bottleneck: number;
  readonly sub: number;
}
export type StructureBlock = ConvBlock | ResBlock;
/** The first block is the stem, a convolution. The input of each block is the output of the previous one. */
export type Structure = readonly StructureBlock[];

const CONV = /^SuperConvK([1357])BNRELU\(([^()]*)\)/;
const RES = /^SuperResIDWE([1246])K([357])\(([^()]*)\)/;
/** The largest number in a field; that of `sub` is smaller. */
export const LARGEST = 1_000_000;
const MOST_REPETITIONS = 1000;

export function printStructure(structure: Structure): string {
  return structure.map(printBlock).join('');
}

export function printBlock(block: StructureBlock): string {
  const { kernel, stride, sub } = block;
  return block.kind === 'conv'
    ? `SuperConvK${kernel}BNRELU(${block.in},${block.out},${stride},${sub})`
    : `SuperResIDWE${block.expansion}K${kernel}(${block.in},${block.out},${stride},${block.bottleneck},${sub})`;
}

/** Throws a SpecError that says which block is wrong, counted from 1, what was found and what would be right. */
export function parseStructure(text: string): Structure {
  const fail = (message: string): never => {
    throw SpecError.of({ path: '', message: `candidate "${shorten(text)}": ${message}` });
  };
  const blocks: StructureBlock[] = [];
  for (let rest = text; rest; ) {
    const number = blocks.length + 1;
    const match = CONV.exec(rest) ?? RES.exec(rest);
    if (!match)
      return fail(
        `block ${number} begins with "${shorten(rest, 40)}"; must be SuperConvK<1, 3, 5 or 7>BNRELU(in,out,stride,sub) or SuperResIDWE<1, 2, 4 or 6>K<3, 5 or 7>(in,out,stride,bottleneck,sub)`,
      );
    rest = rest.slice(match[0].length);
    const block = readBlock({ match, fail: (message) => fail(`block ${number}: ${message}`) });
    const before = blocks.at(-1);
    if (!before && block.kind !== 'conv') fail('block 1 is residual; must be a convolution, the stem');
    if (block.in !== (before?.out ?? 3))
      fail(
        `block ${number} takes ${block.in} channels; must be ${before ? `the ${before.out} of the block before` : '3'}`,
      );
    blocks.push(block);
  }
  if (!blocks.length) fail('has no block');
  return blocks;
}

function readBlock({
  match,
  fail,
}: {
  readonly match: RegExpExecArray;
  readonly fail: (message: string) => never;
}): StructureBlock {
  const residual = match.length === 4;
  const names = residual ? ['in', 'out', 'stride', 'bottleneck', 'sub'] : ['in', 'out', 'stride', 'sub'];
  // The published parser accepts a name before the first field, which it never prints.
  const written = match
    .at(-1)!
    .replace(/^[^|,]*\|/, '')
    .split(',');
  if (written.length !== names.length)
    fail(`found ${written.length} fields; must be ${names.length}: ${names.join(', ')}`);
  const [first, out, stride, ...last] = written.map((field, i) => {
    const value = Number(field);
    const most = names[i] === 'sub' ? MOST_REPETITIONS : LARGEST;
    if (!/^[1-9]\d*$/.test(field) || value > most)
      fail(`${names[i]} is "${shorten(field, 40)}"; must be a whole number from 1 to ${most}`);
    return value;
  }) as [number, number, number, ...number[]];
  const [a, b] = match.slice(1).map(Number) as [number, number];
  return residual
    ? { kind: 'res', expansion: a, kernel: b, in: first, out, stride, bottleneck: last[0]!, sub: last[1]! }
    : { kind: 'conv', kernel: a, in: first, out, stride, sub: last[0]! };
}

/** `max(8, 8 round(v / 8))`, where halves are rounded to even as in Python: 12 gives 16, 20 gives 16. */
export function roundChannels(value: number): number {
  const eighths = value / 8;
  const floor = Math.floor(eighths);
  const up = eighths - floor > 0.5 || (eighths - floor === 0.5 && floor % 2 === 1);
  return Math.max(8, 8 * (up ? floor + 1 : floor));
}

/**
 * One inverted residual unit: 1x1 expansion to `width`, depthwise convolution, 1x1 reduction, and a shortcut
 * around all three.
 */
export interface Unit {
  readonly in: number;
  readonly width: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  /** Whether the shortcut is a 1x1 convolution; otherwise it is the identity. */
  readonly projection: boolean;
}

/**
 * The 2 x `sub` units of a residual block. The width of a unit is derived from its output channels, not from
 * its input channels.
 */
export function unitsOf(block: ResBlock): readonly Unit[] {
  const units: Unit[] = [];
  for (let i = 0; i < block.sub; i++) {
    const input = i === 0 ? block.in : block.out;
    const stride = i === 0 ? block.stride : 1;
    for (const [from, to, by] of [
      [input, block.bottleneck, stride],
      [block.bottleneck, block.out, 1],
    ] as const)
      units.push({
        in: from,
        width: roundChannels(to * block.expansion),
        out: to,
        kernel: block.kernel,
        stride: by,
        projection: units.length === 0 || by > 1 || from !== to,
      });
  }
  return units;
}

/** The `sub` convolutions of a block. */
export function convolutionsOf(block: ConvBlock): readonly {
  readonly in: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
}[] {
  return Array.from({ length: block.sub }, (_, i) => ({
    in: i === 0 ? block.in : block.out,
    out: block.out,
    kernel: block.kernel,
    stride: i === 0 ? block.stride : 1,
  }));
}

function shorten(text: string, length = 120): string {
  return text.length > length ? `${text.slice(0, length - 3)}...` : text;
}
