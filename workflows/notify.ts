// Sends the notifications of a search, if its specification has any.
import { CancellationScope, log, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Notification } from '../core/contract/search.js';
import type { SearchActivities } from '../core/contract/search-activities.js';
import type { Specification } from '../core/specification/specification.js';
import { parseDuration } from '../core/text/duration.js';
import { retry } from './retry.js';

export type NotificationDetails = Pick<
  Notification,
  'event' | 'failure' | 'summary' | 'changes' | 'workers' | 'delivery'
>;

interface NotifyArguments {
  readonly search: string;
  readonly run: string;
  readonly specification: Specification;
  readonly news: NotificationDetails;
}

/**
 * Returns the reason if the notification failed. The search itself has not failed, since its ranking exists.
 */
export async function notify({
  search,
  run,
  specification: { notify, name, space },
  news,
}: NotifyArguments): Promise<string | undefined> {
  if (!notify) return undefined;
  const schedule = workflowInfo().memo?.schedule as string | undefined;
  const told = proxyActivities<SearchActivities>({
    // The activity enforces the time-out of the specification. This longer limit catches a worker that died
    // during the notification.
    startToCloseTimeout: parseDuration(notify.timeout)! + 30_000,
    heartbeatTimeout: '60s',
    retry: { ...retry, maximumAttempts: notify.retries + 1 },
  });
  const notification = {
    ...news,
    search,
    run,
    name,
    space: space.kind,
    ...(schedule ? { schedule } : {}),
  };
  try {
    await CancellationScope.nonCancellable(() =>
      told.notify.executeWithOptions({ summary: news.event }, [{ notify, notification }]),
    );
    return undefined;
  } catch (error) {
    const { message } =
      (error as Error).cause instanceof Error ? ((error as Error).cause as Error) : (error as Error);
    log.warn('the notification of the search failed', { event: news.event, message });
    return message;
  }
}
