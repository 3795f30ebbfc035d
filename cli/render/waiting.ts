// Formats what a search waits for, with the command that would help.
import type { Waiting } from '../../client/status/waiting.js';
import { paint } from './terminal.js';

/** The advice to start a worker or a server, if that would help. */
function adviceFor({ for: what, device, isRestarted }: Waiting): string {
  if (what === 'control-worker') return ': start one with zeroscout worker --role control';
  if (what === 'score-worker') return `: start one with zeroscout worker --device ${device}`;
  if ((what === 'nats' || what === 'temporal') && isRestarted === false)
    return ': start it; zeroscout services up starts embedded ones';
  return '';
}

export function formatWaiting(waiting: Waiting): string {
  return `${waiting.message}${adviceFor(waiting)}`;
}

export function formatWaitingLine(waiting: Waiting): string {
  return paint.yellow(`waiting: ${formatWaiting(waiting)}`);
}
