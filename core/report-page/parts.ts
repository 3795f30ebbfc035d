// Writes the elements that several sections of a report share: tables, facts, pictures.
import { type Html, html, trustMarkup } from './html.js';

export interface Column {
  readonly name: string;
  readonly kind?: 'number' | 'candidate';
}

export interface TableInput {
  /** What the table holds, for screen readers and as its caption. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (Html | string | number)[])[];
}

/**
 * A table that scrolls sideways where it is too wide; a scrolling region must be reachable by keyboard. Mail clients
 * that remove style sheets keep `cellpadding`, `align` and `nowrap`, so that numbers still stand apart.
 */
export function drawTable({ caption, columns, rows }: TableInput): Html {
  const heads = columns.map(({ name, kind }) =>
    kind === 'number'
      ? html`<th scope="col" class="number" align="right">${name}</th>`
      : html`<th scope="col" align="left">${name}</th>`,
  );
  const lines = rows.map((cells) => {
    const [first, ...others] = cells.map((cell, i) => ({ cell, kind: columns[i]!.kind }));
    return html`<tr>${first ? headOf(first) : undefined}${others.map(cellOf)}</tr>\n`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table cellpadding="4">
<caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${lines}</tbody></table></div>
`;
}

interface Cell {
  readonly cell: Html | string | number;
  readonly kind: Column['kind'];
}

/** The first cell names its row. */
function headOf({ cell, kind }: Cell): Html {
  const content = kind === 'candidate' && typeof cell === 'string' ? html`<code>${cell}</code>` : cell;
  return kind === 'number'
    ? html`<th scope="row" class="number" align="right">${content}</th>`
    : html`<th scope="row" align="left">${content}</th>`;
}

function cellOf({ cell, kind }: Cell): Html {
  if (kind === 'number') return html`<td class="number" align="right" nowrap>${cell}</td>`;
  if (kind === 'candidate') return html`<td class="candidate"><code>${cell}</code></td>`;
  return html`<td>${cell}</td>`;
}

export type Fact = readonly [name: string, value: Html | string];

export function drawFacts(facts: readonly Fact[]): Html {
  return html`<table class="facts" cellpadding="4"><tbody>
${facts.map(([name, value]) => html`<tr><th scope="row" align="left">${name}</th><td>${value}</td></tr>\n`)}</tbody></table>
`;
}

/** A picture with the explanation of its axes and colours. */
export function drawFigure(svg: string, about: string): Html {
  return html`<figure>${trustMarkup(svg)}<figcaption>${about}</figcaption></figure>
`;
}

/** A part of the report with a heading; `id` is the target of links to it. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: readonly Html[];
}

export function section(id: string, title: string, content: readonly Html[]): Section {
  return { id, title, content };
}

export function drawSection({ id, title, content }: Section): Html {
  return html`<section id="${id}">
<h2>${title}</h2>
${content}</section>
`;
}

/** Links to the sections. */
export function drawContents(sections: readonly Section[]): Html {
  return html`<nav aria-label="Contents"><ul>
${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>\n`)}</ul></nav>
`;
}
