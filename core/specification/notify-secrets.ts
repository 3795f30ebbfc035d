// Decides which environment variables a specification may name as the secret of a webhook.
import { SpecError } from '../errors.js';
import { describeFound } from '../text/show.js';

/** Every variable with this prefix is allowed. */
const SECRET_PREFIX = 'ZEROSCOUT_SECRET_';
/** The environment variable in which the operator of a control worker allows further names. */
const SECRETS_SETTING = 'ZEROSCOUT_NOTIFY_SECRETS';

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const PREFIXED = new RegExp(`^${SECRET_PREFIX}[A-Za-z0-9_]+$`);
/**
 * Settings of zeroscout and of its servers. A signature made with one of them would help to guess it, so no
 * list can allow them.
 */
const RESERVED = /^(ZEROSCOUT|TEMPORAL|NATS|OTEL|ORT)_/i;

/**
 * The variables that `ZEROSCOUT_NOTIFY_SECRETS` lists, separated by commas. Throws a SpecError where a name
 * is malformed or reserved.
 */
export function readListedSecrets(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const names = (env[SECRETS_SETTING] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  for (const name of names) {
    if (!NAME.test(name))
      throw SpecError.of({
        path: SECRETS_SETTING,
        message: `${describeFound(name)}; must be names of environment variables with commas between`,
      });
    if (RESERVED.test(name) && !PREFIXED.test(name))
      throw SpecError.of({
        path: SECRETS_SETTING,
        message: `${name} is a setting of zeroscout or of its servers and signs no webhook; remove it`,
      });
  }
  return names;
}

/**
 * `refused`: no control worker allows the name, whatever it lists; `unlisted`: those that list it allow it.
 */
export function secretStanding(name: string, listed: readonly string[]): 'allowed' | 'unlisted' | 'refused' {
  if (PREFIXED.test(name)) return 'allowed';
  if (RESERVED.test(name)) return 'refused';
  return listed.includes(name) ? 'allowed' : 'unlisted';
}

/** Says what to do about a name that is not allowed; the text follows the field in a message. */
export function secretAdvice(name: string): string {
  const renamed = `${SECRET_PREFIX}${name.replace(/^(ZEROSCOUT_|HOOK_?SECRET$)/i, '') || 'HOOK'}`;
  const listing = RESERVED.test(name) ? '' : `, or list ${name} in ${SECRETS_SETTING} of the control workers`;
  return `a webhook may only be signed with a variable meant for that: name it ${renamed}${listing}`;
}
