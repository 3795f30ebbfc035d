// Breaks text into lines that fit the terminal.
import { getTerminalWidth } from './terminal.js';

/**
 * Breaks lines between words. A word that is longer than a line, such as a path, is broken at the line's end.
 */
export function wrap({ text, width }: { readonly text: string; readonly width: number }): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines = [''];
    const words = paragraph
      .split(' ')
      .flatMap((word) => word.match(new RegExp(`.{1,${width}}`, 'g')) ?? ['']);
    for (const word of words) {
      const line = lines.at(-1)!;
      if (line && line.length + 1 + word.length > width) lines.push(word);
      else lines[lines.length - 1] = line ? `${line} ${word}` : word;
    }
    return lines;
  });
}

/** The lines of a text at the width of the terminal; for a file or a program, the text unchanged. */
export function wrapForTerminal(text: string): string[] {
  const width = getTerminalWidth();
  return Number.isFinite(width) ? wrap({ text, width }) : [text];
}
