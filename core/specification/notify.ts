// Defines `notify`: the command or the webhook that is called when the search has ended.
import type { z } from 'zod';
import { mapping, text, wholeNumber } from '../schema/fields.js';
import { DURATION, parseDuration } from '../text/duration.js';

const LONGEST_MS = 3_600_000;

/**
 * Anyone who reads a specification sees its text, so it holds no secret but only the name of the environment
 * variable from which the control worker reads it.
 */
export const Notify = mapping({
  command: text({
    test: (value) => value.trim() !== '' && !value.includes('\0'),
    right: 'a command line for sh',
  }).optional(),
  webhook: text({ test: isPlainUrl, right: 'an http or https address without user and password' }).optional(),
  secretEnv: text({
    test: (value) => /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(value),
    right: 'the name of an environment variable of the control worker, which holds the secret',
  }).optional(),
  timeout: text({
    test: (value) => {
      const ms = parseDuration(value);
      return ms !== undefined && ms > 0 && ms <= LONGEST_MS;
    },
    right: `${DURATION}, at most 1h`,
  })
    .default('30s')
    .describe(`${DURATION}, at most 1h, after which an attempt counts as failed`),
  retries: wholeNumber({ min: 0, max: 100 }).default(5).describe('attempts after the first one'),
}).superRefine(({ command, webhook, secretEnv }, context) => {
  const fault = (message: string, path: string[] = []) => context.addIssue({ code: 'custom', path, message });
  if ((command === undefined) === (webhook === undefined))
    fault(`${command === undefined ? 'has neither' : 'has both'}; must have one of command, webhook`);
  else if (secretEnv !== undefined && webhook === undefined)
    fault('signs a webhook and has no effect on a command; remove it', ['secretEnv']);
});

export type Notify = z.output<typeof Notify>;

function isPlainUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
}
