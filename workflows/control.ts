// Defines proxies for the activities of control workers, which every workflow calls.
import { proxyActivities } from '@temporalio/workflow';
import type { SearchActivities } from '../core/contract/search-activities.js';
import { retry } from './retry.js';

export const control = proxyActivities<SearchActivities>({
  startToCloseTimeout: '2h',
  heartbeatTimeout: '60s',
  retry,
});
