// Reports before a search starts why its notification would be refused at its end: as an error if that is
// certain, else as a note.
import {
  ALLOW_SETTING,
  findRefusedKind,
  parseLiteralAddress,
  readAllowedAddresses,
} from '../../activities/notify/addresses.js';
import { SpecError } from '../../core/errors.js';
import { readListedSecrets, secretAdvice, secretStanding } from '../../core/specification/notify-secrets.js';
import type { Specification } from '../../core/specification/specification.js';
import { readConfigured } from '../connections/read-configured.js';

/**
 * With embedded servers the control worker has this program's settings, so a certain refusal is a SpecError.
 * Control workers elsewhere have their own settings, so there is only a note, unless no setting could allow
 * the notification.
 */
export function checkNotify({
  specification,
  onNote,
  env = process.env,
}: {
  readonly specification: Specification;
  /** Called with one line for what a control worker elsewhere may refuse. */
  readonly onNote: (text: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}): void {
  const { webhook, secretEnv } = specification.notify ?? {};
  if (webhook === undefined) return;
  const advise = (path: string, message: string) => onNote(`${path}: ${message}`);
  const report = isOwnServer(env) ? refuse : advise;
  const standing = secretEnv === undefined ? 'allowed' : secretStanding(secretEnv, readListedSecrets(env));
  if (standing === 'refused')
    refuse('notify.secretEnv', `${secretEnv} is refused; ${secretAdvice(secretEnv!)}`);
  if (standing === 'unlisted')
    report('notify.secretEnv', `${secretEnv} is not allowed; ${secretAdvice(secretEnv!)}`);
  const address = parseLiteralAddress(new URL(webhook));
  const kind = address === undefined ? undefined : findRefusedKind(address, readAllowedAddresses(env));
  if (kind !== undefined)
    report(
      'notify.webhook',
      `${address} is ${kind}, where webhooks are not sent unless ${ALLOW_SETTING} of the control worker allows it`,
    );
}

function refuse(path: string, message: string): never {
  throw SpecError.of({ path, message });
}

/** Whether nothing is configured. Invalid settings are reported when connecting. */
function isOwnServer(env: NodeJS.ProcessEnv): boolean {
  try {
    const { temporal, nats } = readConfigured({ env });
    return temporal === undefined && nats === undefined;
  } catch {
    return false;
  }
}
