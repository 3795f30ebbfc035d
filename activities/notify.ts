// Tells of the end of a search: runs a command or calls a webhook, both with the same JSON.
import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { SearchActivities } from '../core/contract/search-activities.js';
import { parseDuration } from '../core/text/duration.js';
import type { Store } from '../store/store.js';
import { runCommand } from './notify/command.js';
import { createWebhooks, type WebhookOptions } from './notify/webhook.js';

export interface NotifyOptions extends WebhookOptions {
  readonly store: Store;
  /** A specification is data that somebody sent; whether it may run commands on this machine is for the machine's operator to say. */
  readonly commands: 'allowed' | 'refused';
}

/** Temporal retries it. What retrying cannot mend (a command that is not allowed, a webhook that refuses) is not retried. */
export function notify({ store, commands, ...options }: NotifyOptions): SearchActivities['notify'] {
  const { env } = options;
  const sendWebhook = createWebhooks(options);
  return async ({ notify, notification: { summary, changes, ...rest } }) => {
    const json = async (digest: string) =>
      JSON.parse(new TextDecoder().decode(await store.blobs.get(digest))) as unknown;
    const body = JSON.stringify({
      ...rest,
      ...(summary ? { summary: await json(summary) } : {}),
      ...(changes ? { changes: await json(changes) } : {}),
    });
    const { event, search, run, delivery = run } = rest;
    const signal = AbortSignal.any([
      cancellationSignal(),
      AbortSignal.timeout(parseDuration(notify.timeout)!),
    ]);
    if (notify.webhook !== undefined) {
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'zeroscout',
        'x-zeroscout-event': event,
        // The id is the same at every attempt, so that a receiver can tell a repetition.
        'x-zeroscout-delivery': delivery,
      };
      return sendWebhook({ url: notify.webhook, body, headers, secretEnv: notify.secretEnv, signal });
    }
    if (commands !== 'allowed')
      throw ApplicationFailure.nonRetryable(
        'notify.command: commands of specifications are not allowed on this control worker',
        'CommandsRefused',
      );
    return runCommand({ command: notify.command!, body, event, search, env, signal });
  };
}
