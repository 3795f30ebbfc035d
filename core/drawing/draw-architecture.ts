// Draws an architecture as SVG text: colours are attributes, and classes let a page replace them.
import { escapeMarkup } from '../text/markup.js';
import type { Architecture, CellPart, ChainBlock, ChainPart, Role } from './architecture.js';
import { NODE, type Placement, type Point, placeInLayers } from './layers.js';

const MARGIN = 14;
const TITLE = 26;
const CHAIN = { width: 420, row: 46, gap: 12, bar: 120 } as const;
const FILLS: Readonly<Record<Role, string>> = {
  input: '#e8ebf1',
  output: '#e8ebf1',
  node: '#ffffff',
  conv: '#cfe0ff',
  pool: '#d5f0dc',
  skip: '#fdeac4',
  attention: '#e8d6fb',
  other: '#eef1f6',
};
const LINE = '#5b6577';
const TEXT = '#1b2230';
const QUIET = '#59637a';

interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly lines: readonly string[];
}

/**
 * `label` is the description for screen readers. The picture has neither a style sheet nor a script, so that
 * any program can show it.
 */
export function drawArchitecture(architecture: Architecture, { label }: { readonly label: string }): string {
  const parts = architecture.map((part) => (part.kind === 'cell' ? drawCell(part) : drawChain(part)));
  const width = Math.max(1, ...parts.map((part) => part.width)) + 2 * MARGIN;
  let top = MARGIN;
  const lines: string[] = [];
  parts.forEach((part, i) => {
    const { title } = architecture[i]!;
    if (title) lines.push(text({ x: MARGIN, y: top + 13, content: truncate(title, 80), weight: 600 }));
    if (title) top += TITLE;
    lines.push(`<g transform="translate(${MARGIN} ${top})">`, ...part.lines, '</g>');
    top += part.height + 2 * MARGIN;
  });
  const height = round(top - MARGIN);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="drawing" viewBox="0 0 ${round(width)} ${height}" width="${round(width)}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escapeMarkup(label)}</title>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

function drawCell(part: CellPart): Drawn {
  const placed = placeInLayers(part);
  return {
    width: placed.width,
    height: placed.height,
    lines: [
      ...placed.edges.map(drawEdge),
      ...part.nodes.map(({ label, role }, i) => drawNode({ label, role, at: placed.nodes[i]! })),
    ],
  };
}

function drawEdge(points: Placement['edges'][number]): string {
  const [first, ...rest] = points as [Point, ...Point[]];
  let path = `M${round(first.x)} ${round(first.y)}`;
  let before = first;
  for (const point of rest) {
    const middle = round((before.y + point.y) / 2);
    path += ` C${round(before.x)} ${middle}, ${round(point.x)} ${middle}, ${round(point.x)} ${round(point.y)}`;
    before = point;
  }
  return `<path class="d-line" d="${path}" fill="none" stroke="${LINE}" stroke-width="1.3"/>`;
}

function drawNode({
  label,
  role,
  at,
}: {
  readonly label: string;
  readonly role: Role;
  readonly at: Point;
}): string {
  const isRound = role === 'node' || role === 'input' || role === 'output';
  return [
    `<rect class="d-box d-${role}" x="${round(at.x - NODE.width / 2)}" y="${round(at.y - NODE.height / 2)}" width="${NODE.width}" height="${NODE.height}" rx="${isRound ? NODE.height / 2 : 5}" fill="${FILLS[role]}" stroke="${LINE}"/>`,
    text({ x: at.x, y: at.y + 4, content: truncate(label, 15), anchor: 'middle' }),
  ].join('');
}

/** Blocks from top to bottom, with a bar for the channels at the right. */
function drawChain({ blocks, mostChannels }: ChainPart): Drawn {
  const most = mostChannels ?? Math.max(1, ...blocks.map(({ channels = 0 }) => channels));
  const lines = blocks.flatMap((block, i) => {
    const y = i * (CHAIN.row + CHAIN.gap);
    const line =
      i === 0
        ? []
        : [
            `<path class="d-line" d="M${CHAIN.width / 2} ${y - CHAIN.gap}V${y}" stroke="${LINE}" stroke-width="1.3"/>`,
          ];
    return [
      ...line,
      ...openBlock(block),
      ...drawBlock({ block, y, most }),
      ...(block.operators ? ['</g>'] : []),
    ];
  });
  return {
    width: CHAIN.width + (blocks.some(({ channels }) => channels !== undefined) ? CHAIN.bar + 28 : 0),
    height: blocks.length * (CHAIN.row + CHAIN.gap) - CHAIN.gap,
    lines,
  };
}

/** A page finds the blocks that it can open by their attribute. */
function openBlock({ operators }: ChainBlock): readonly string[] {
  if (!operators) return [];
  const { block, isOpen } = operators;
  return [`<g class="d-block" data-block="${block}" data-open="${isOpen}">`];
}

function drawBlock({
  block,
  y,
  most,
}: {
  readonly block: ChainBlock;
  readonly y: number;
  readonly most: number;
}): string[] {
  const { title, detail, role, repeat, channels, side, operators } = block;
  const lines = [
    `<rect class="d-box d-${role}" x="0" y="${y}" width="${CHAIN.width}" height="${CHAIN.row}" rx="6" fill="${FILLS[role]}" stroke="${LINE}"/>`,
    text({ x: 12, y: y + 19, content: truncate(title, 52), weight: 600 }),
    text({ x: 12, y: y + 36, content: truncate(detail, 60), fill: QUIET }),
  ];
  if (repeat > 1)
    lines.push(text({ x: CHAIN.width - 12, y: y + 19, content: `× ${repeat}`, anchor: 'end', weight: 600 }));
  if (operators)
    lines.push(
      text({
        x: CHAIN.width - 12,
        y: y + 19,
        content: operators.isOpen ? '−' : '+',
        anchor: 'end',
        weight: 600,
      }),
    );
  if (channels === undefined) return lines;
  const wide = Math.max(2, (channels / most) * CHAIN.bar);
  const size = side === undefined ? '' : ` · ${side} × ${side}`;
  return [
    ...lines,
    `<rect class="d-bar" x="${CHAIN.width + 12}" y="${y + 8}" width="${round(wide)}" height="10" rx="3" fill="#2454c7"/>`,
    text({ x: CHAIN.width + 12, y: y + 36, content: `${channels} ch${size}` }),
  ];
}

interface TextLine {
  readonly x: number;
  readonly y: number;
  readonly content: string;
  readonly anchor?: 'middle' | 'end';
  readonly weight?: number;
  readonly fill?: string;
}

function text({ x, y, content, anchor, weight, fill = TEXT }: TextLine): string {
  const extra = `${anchor ? ` text-anchor="${anchor}"` : ''}${weight ? ` font-weight="${weight}"` : ''}`;
  const name = fill === QUIET ? 'd-quiet' : 'd-text';
  return `<text class="${name}" x="${round(x)}" y="${round(y)}" fill="${fill}"${extra}>${escapeMarkup(content)}</text>`;
}

/** Cuts texts that do not fit; names in an imported network may have any length. */
function truncate(content: string, most: number): string {
  const characters = [...content];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : content;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
