// Opens a session for a command; steps of starting servers, and faults, are printed to stderr.
import * as sessions from '../client/connections/session.js';
import { note, paint } from './render/terminal.js';

export type { Session, StatusSession } from '../client/connections/session.js';

const LISTENER: sessions.SessionListener = {
  name: 'zeroscout-cli',
  onStep: (text) => note(paint.dim(text)),
  onNote: note,
};

/** Connects, passes the session to `use`, and disconnects in any case. */
export function withSession<T>(
  { start }: Pick<sessions.SessionOptions, 'start'>,
  use: (session: sessions.Session) => Promise<T>,
): Promise<T> {
  return sessions.withSession({ start, ...LISTENER }, use);
}

/** Like `withSession`, for running servers only; if NATS is unreachable, the session has no store. */
export function withStatusSession<T>(use: (session: sessions.StatusSession) => Promise<T>): Promise<T> {
  return sessions.withStatusSession(LISTENER, use);
}
