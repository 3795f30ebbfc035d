// Lists the activities of control workers, as every workflow calls them.
import { proxyActivities } from '@temporalio/workflow';
import type { SearchActivities } from '../core/contract/search-activities.js';
import { retry } from './retry.js';

export const control = proxyActivities<SearchActivities>({
  startToCloseTimeout: '2h',
  heartbeatTimeout: '60s',
  retry,
});
