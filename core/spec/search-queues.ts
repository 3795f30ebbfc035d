// Out: names of task queues and workflows. No imports: safe inside a workflow.

export const CONTROL_QUEUE = 'zeroscout-control';
/** Score workers of a device class poll a queue of their own. */
export const scoreQueue = (device: string): string => `zeroscout-score-${device}`;

export const SEARCH_WORKFLOW = 'search';
export const workflowIdOf = (id: string): string => `search-${id}`;
