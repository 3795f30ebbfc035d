// Says why a program cannot listen at an address.

const FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'it is no address of this machine',
  ENOTFOUND: 'no such host',
  EACCES: 'this user may not use that port',
};

/** The fault in words, with the system's code; for an unknown code, the system's message. */
export function describeListenFault({ code, message }: NodeJS.ErrnoException): string {
  const known = code === undefined ? undefined : FAULTS[code];
  return known === undefined ? message : `${known} (${code})`;
}
