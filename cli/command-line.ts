// Writes a command line that a person can copy into a shell.

/** The command that was typed, without the options in `leaveOut`, which take no value. */
export function typedCommandLine({ leaveOut = [] }: { readonly leaveOut?: readonly string[] } = {}): string {
  return formatCommandLine(process.argv.slice(2).filter((word) => !leaveOut.includes(word)));
}

export function formatCommandLine(words: readonly string[]): string {
  return ['zeroscout', ...words].map(quoteWord).join(' ');
}

/** Quotes a word that a POSIX shell would split, expand or read as something else. */
function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
