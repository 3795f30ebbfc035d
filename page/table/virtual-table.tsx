// Renders a table of any length, of which only the visible rows are in the document. Arrow keys move, space
// selects, enter opens.

import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isFocusLost } from '../parts/is-focus-lost.js';
import { TwoEnds } from '../parts/two-ends.js';
import { formatCount, formatValue } from '../text/format.js';
import type { RankingCells, RankingColumn } from './use-ranking-pages.js';
import { scrollTopOf, windowOf } from './window.js';

const ROW = 30;

export interface VirtualTableProps {
  readonly columns: readonly RankingColumn[];
  readonly total: number;
  /** The rows without a filter; a short table is as high as these, whatever the filter admits. */
  readonly all: number;
  readonly rowAt: (index: number) => RankingCells | undefined;
  readonly want: (first: number, end: number) => void;
  readonly sort: string;
  readonly onSort: (column: RankingColumn) => void;
  readonly isSelected: (row: RankingCells) => boolean;
  readonly onSelect: (row: RankingCells) => void;
  /** `index` is the place of the row in the order that is shown. */
  readonly onOpen: (row: RankingCells, index: number) => void;
  /** The row to scroll to; each new object scrolls again. The table takes a focus that nothing else has. */
  readonly goTo: { readonly index: number } | undefined;
}

export function VirtualTable(props: VirtualTableProps) {
  const { columns, total, all, rowAt, want, goTo } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<Place>({ scrollTop: 0, height: 600, width: 1_000 });
  const [wanted, setActive] = useState(0);
  // A filter may leave fewer rows than before.
  const active = Math.max(0, Math.min(wanted, total - 1));
  const { first, end, top, whole } = windowOf({ rows: total, rowHeight: ROW, ...place });
  useEffect(() => want(first, end));
  useLayoutEffect(() => measure(scroller.current!, setPlace), []);
  const show = (index: number) => {
    const element = scroller.current!;
    setActive(index);
    const { height } = place;
    const seenFrom = first + (element.scrollTop - top) / ROW;
    if (index >= seenFrom && index < seenFrom + height / ROW - 1) return;
    element.scrollTop = scrollTopOf({ rows: total, rowHeight: ROW, row: Math.max(0, index - 2), height });
  };
  useEffect(() => {
    if (goTo) show(goTo.index);
    if (goTo && isFocusLost()) scroller.current!.focus({ preventScroll: true });
  }, [goTo]);
  const { template, minWidth } = layOut(columns, widthsOf(place.width, all));
  const rows = Array.from({ length: end - first }, (_, i) => first + i);
  return (
    <div
      class="grid"
      role="grid"
      aria-rowcount={total + 1}
      aria-colcount={columns.length + 1}
      aria-label="Ranking"
      aria-activedescendant={active >= first && active < end ? `row-${active}` : undefined}
      tabIndex={0}
      ref={scroller}
      style={heightOf(all)}
      onScroll={(event) => setPlace(placeOf(event.currentTarget))}
      onKeyDown={(event) =>
        onKey(event, { ...props, active, show, page: Math.floor(place.height / ROW) - 1 })
      }
    >
      <Head {...props} template={template} minWidth={minWidth} />
      <div class="grid-body" role="rowgroup" style={{ height: `${whole}px`, minWidth }}>
        <div class="grid-rows" role="presentation" style={{ transform: `translateY(${top}px)` }}>
          {rows.map((index) => (
            <Row
              key={index}
              {...props}
              index={index}
              row={rowAt(index)}
              template={template}
              isActive={index === active}
              onActive={() => setActive(index)}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

/** The height of all rows with the head and a scroll bar, where that is less than the height of a long table. */
function heightOf(all: number) {
  const whole = `${(all + 1) * ROW + 18}px`;
  return { height: `min(68vh, 900px, ${whole})`, minHeight: `min(320px, ${whole})` };
}

/** What is visible of the table, in pixels; `height` is that of the rows. */
interface Place {
  readonly scrollTop: number;
  readonly height: number;
  readonly width: number;
}

function placeOf({ scrollTop, clientHeight, clientWidth }: HTMLElement): Place {
  return { scrollTop, height: clientHeight - ROW, width: clientWidth };
}

/** Reports the size of the visible part, and its changes. */
function measure(element: HTMLElement, tell: (place: Place) => void): () => void {
  const observer = new ResizeObserver(() => tell(placeOf(element)));
  observer.observe(element);
  return () => observer.disconnect();
}

interface KeySetting extends VirtualTableProps {
  readonly active: number;
  readonly page: number;
  readonly show: (index: number) => void;
}

function onKey(
  event: JSX.TargetedKeyboardEvent<HTMLDivElement>,
  { active, page, show, total, rowAt, onSelect, onOpen }: KeySetting,
): void {
  if (event.target !== event.currentTarget) return;
  const to: Readonly<Record<string, number>> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: total - 1,
  };
  const row = rowAt(active);
  const index = to[event.key];
  if (index !== undefined) show(Math.max(0, Math.min(total - 1, index)));
  else if (event.key === ' ' && row) onSelect(row);
  else if (event.key === 'Enter' && row) onOpen(row, active);
  else return;
  event.preventDefault();
}

interface HeadProps extends VirtualTableProps {
  readonly template: string;
  readonly minWidth: string;
}

function Head({ columns, sort, onSort, template, minWidth }: HeadProps) {
  return (
    <div class="grid-head" role="rowgroup" style={{ minWidth }}>
      <div class="grid-row" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
        <span role="columnheader">
          <span class="hidden">selected</span>
        </span>
        {columns.map((column) => (
          <span
            key={column.name}
            role="columnheader"
            class={column.kind === 'number' ? 'number' : ''}
            aria-sort={
              sort === column.name ? 'ascending' : sort === `-${column.name}` ? 'descending' : 'none'
            }
          >
            <button
              type="button"
              class="sort"
              title={`sort by ${column.name}`}
              onClick={() => onSort(column)}
            >
              {column.name}
            </button>
          </span>
        ))}
      </div>
    </div>
  );
}

interface RowProps extends VirtualTableProps {
  readonly index: number;
  readonly row: RankingCells | undefined;
  readonly template: string;
  readonly isActive: boolean;
  readonly onActive: () => void;
}

function Row({ columns, index, row, template, isActive, onActive, isSelected, onSelect, onOpen }: RowProps) {
  const chosen = row !== undefined && isSelected(row);
  return (
    <div
      id={`row-${index}`}
      class={`grid-row ${isActive ? 'active' : ''}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={chosen}
      style={{ gridTemplateColumns: template }}
      onClick={onActive}
      onDblClick={() => row && onOpen(row, index)}
    >
      <span role="gridcell">
        {row && (
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={`select rank ${row.rank}`}
            checked={chosen}
            onChange={() => onSelect(row)}
          />
        )}
      </span>
      {columns.map(({ name, kind }) => (
        <span key={name} role="gridcell" class={kind === 'number' ? 'number' : 'mono'}>
          {row === undefined ? (
            <span class="quiet">…</span>
          ) : name === 'candidate' ? (
            <button
              type="button"
              class="link"
              tabIndex={-1}
              title={String(row[name])}
              onClick={() => onOpen(row, index)}
            >
              <TwoEnds text={String(row[name])} />
            </button>
          ) : (
            <bdi title={String(row[name] ?? '')}>
              {name === 'rank' ? formatCount(Number(row[name])) : formatValue(row[name])}
            </bdi>
          )}
        </span>
      ))}
    </div>
  );
}

type Widths = Readonly<Record<'box' | 'rank' | 'number' | 'text', number>>;

const WIDE: Widths = { box: 36, rank: 92, number: 132, text: 240 };
/** Rank, candidate and score are visible together on a phone. */
const NARROW: Widths = { box: 28, rank: 74, number: 88, text: 150 };
/** The width of the visible part below which columns are narrow, in pixels. */
const PHONE = 480;

/** Ranks from 10,000 on need the wide column on a phone too, in place of a part of the candidate. */
function widthsOf(width: number, all: number): Widths {
  if (width >= PHONE) return WIDE;
  return all < 10_000 ? NARROW : { box: NARROW.box, rank: WIDE.rank, number: NARROW.number, text: 132 };
}

/** The width of a letter of a heading, and of the space around it, in pixels. */
const LETTER = 9;
const PADDING = 20;

/** A column is at least as wide as its heading. */
function widthOf({ name, kind }: RankingColumn, widths: Widths): number {
  if (name === 'rank') return widths.rank;
  return Math.max(widths[kind], name.length * LETTER + PADDING);
}

/** The header and the rows have the same width, even where they are wider than the visible part. */
function layOut(columns: readonly RankingColumn[], widths: Widths) {
  const others = columns.map((column) => {
    const width = `${widthOf(column, widths)}px`;
    return column.name === 'rank' ? width : `minmax(${width}, ${column.kind === 'text' ? 3 : 1}fr)`;
  });
  const least = columns.reduce((sum, column) => sum + widthOf(column, widths), widths.box);
  return { template: [`${widths.box}px`, ...others].join(' '), minWidth: `${least}px` };
}
