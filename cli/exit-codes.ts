// Defines the exit codes of `zeroscout`, with their meanings; docs/reference/exit-codes.md is generated from
// this table.

export const EXIT = { done: 0, failed: 1, wrongUse: 2, setAside: 3, interrupted: 130 } as const;

/** One sentence in Markdown for each code. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'Done. Also `run` of a search that was finished before, and a worker that was told to stop.',
  failed:
    'Failed: a server cannot be reached, a search failed, `doctor` found something missing, `store check` found damage, `score --keep-going` could not score some of the files. A failed search may be run again; its scores are kept.',
  wrongUse:
    'Wrong use: a specification, an option, a setting or a file is not right. The error names the field, what was found and what would be right, and nothing was started.',
  setAside:
    'A worker that was told to stop while it was set aside, because another worker computed other numbers ([verification](../operate/verification.md)).',
  interrupted:
    'Interrupted (Ctrl-C, SIGTERM): `run`, `watch` and `latency measure`. Nothing is lost, and the message says how to continue. Other commands, and these before they have begun, are ended by the signal itself, without a message: shells report 130 for Ctrl-C and 143 for SIGTERM. `worker` and `ui` end with 0.',
};
