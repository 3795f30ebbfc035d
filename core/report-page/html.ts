// Builds HTML in which every inserted text is escaped.
import { escapeMarkup } from '../text/markup.js';

const MARKUP = Symbol('markup');

/** Markup that is complete and safe: made by `html`, or trusted by `trustMarkup`. */
export interface Html {
  readonly [MARKUP]: string;
}

type Inserted = Html | string | number | undefined | readonly Html[];

/** A template whose insertions are escaped unless they are markup themselves. Attributes need double quotes. */
export function html(parts: TemplateStringsArray, ...inserted: readonly Inserted[]): Html {
  let markup = parts[0]!;
  inserted.forEach((value, i) => {
    markup += markupOf(value) + parts[i + 1]!;
  });
  return { [MARKUP]: markup };
}

/** For pictures that core/charts and core/drawing wrote, whose texts are escaped already. */
export function trustMarkup(svg: string): Html {
  // HTML needs no name space on the element, and a report contains no address of another site.
  return { [MARKUP]: svg.replace(/ xmlns="[^"]*"/, '') };
}

export function toText(content: Html): string {
  return content[MARKUP];
}

/** A text in which parts between backticks are code. */
export function withCode(text: string): Html {
  const parts = text.split('`');
  return html`${parts.map((part, i) =>
    i % 2 === 1 && i < parts.length - 1 ? html`<code>${part}</code>` : html`${i % 2 === 1 ? '`' : ''}${part}`,
  )}`;
}

function markupOf(value: Inserted): string {
  if (value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeMarkup(String(value));
  if (isList(value)) return value.map(toText).join('');
  return toText(value);
}

function isList(value: Html | readonly Html[]): value is readonly Html[] {
  return Array.isArray(value);
}
