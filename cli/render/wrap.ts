// Breaks text into lines that fit a width.
import stringWidth from 'string-width';

interface Text {
  readonly text: string;
  readonly width: number;
}

/**
 * Breaks lines between words. A word that is longer than a line, such as a path, is broken at the line's end.
 */
export function wrap({ text, width }: Text): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const words = paragraph
      .split(' ')
      .flatMap((word) => word.match(new RegExp(`.{1,${width}}`, 'g')) ?? ['']);
    return joinWords({ words, width, indent: '' });
  });
}

/**
 * Breaks lines that are too long between words, and keeps their indentation. A word that is longer than a
 * line, such as a candidate, stays whole, and so does a command, so that they can be copied.
 */
export function wrapLines({ text, width }: Text): string {
  return text
    .split('\n')
    .flatMap((line) => {
      if (stringWidth(line) <= width) return [line];
      const [indent = ''] = /^ */.exec(line)!;
      return joinWords({ words: splitWords(line.slice(indent.length)), width, indent });
    })
    .join('\n');
}

/** A command, in backticks or up to the next comma or semicolon. */
const COMMAND = /`[^`]*`|\bzeroscout [^;,`]*/g;
const GLUE = '\uE000';

/** The words of a line, of which a command is one. */
function splitWords(line: string): string[] {
  const glued = line.replace(COMMAND, (command) => command.replaceAll(' ', GLUE));
  return glued.split(' ').map((word) => word.replaceAll(GLUE, ' '));
}

/** Colours have no width. */
function joinWords({
  words,
  width,
  indent,
}: {
  readonly words: readonly string[];
  readonly width: number;
  readonly indent: string;
}): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of words) {
    const longer: string = line === undefined ? indent + word : `${line} ${word}`;
    if (line !== undefined && line !== indent && stringWidth(longer) > width) {
      lines.push(line);
      line = indent + word;
    } else line = longer;
  }
  return [...lines, line ?? ''];
}
