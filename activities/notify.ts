// Notifies of the end of a search: runs a command or calls a webhook, both with the same JSON.
import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { SearchActivities } from '../core/contract/search-activities.js';
import { parseDuration } from '../core/text/duration.js';
import type { Store } from '../store/store.js';
import { runCommand } from './notify/command.js';
import { createWebhooks, type WebhookOptions } from './notify/webhook.js';

export interface NotifyOptions extends WebhookOptions {
  readonly store: Store;
  /**
   * Whether commands may run. A specification may come from anyone, so the operator of the machine decides.
   */
  readonly commands: 'allowed' | 'refused';
}

/**
 * Temporal retries a notification. Failures that a retry cannot resolve (a command that is not allowed, a
 * webhook that refuses) are final.
 */
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
        // The id is the same in every attempt, so that a receiver can recognize a repetition.
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
