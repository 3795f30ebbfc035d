// Names task queues and workflows, and converts between ids of searches and of workflows. Workflows may
// import this file.
import type { Device } from '../specification/devices.js';

export const CONTROL_QUEUE = 'zeroscout-control';
/** Each device class has its own queue, which its score workers poll. */
export const scoreQueue = (device: Device): string => `zeroscout-score-${device}`;

export const SEARCH_WORKFLOW = 'search';
export const PART_WORKFLOW = 'scorePart';
export const LATENCY_WORKFLOW = 'measureLatencies';
/** The workflow that last measured the latencies of a search. */
export const latencyWorkflowIdOf = (id: string): string => `latency-${id}`;
const PREFIX = 'search-';
/**
 * Temporal appends the time to the workflow id of a scheduled run: `2026-11-24T02:00:00Z`. The id of the
 * search has no colons, because it becomes a file name and a message subject.
 */
export const workflowIdOf = (id: string): string =>
  PREFIX + id.replace(/(?<=-\d{4}-\d\d-\d\dT)(\d\d)(\d\d)(\d\dZ)$/, '$1:$2:$3');
export const searchIdOf = (workflowId: string): string =>
  workflowId.slice(PREFIX.length).replace(/(?<=T\d\d):(\d\d):(?=\d\dZ$)/, '$1');

/** Whether a text is the id of a scheduled search in the form that Temporal's page shows. */
export const isTemporalId = (text: string): boolean =>
  text.startsWith(PREFIX) && /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(searchIdOf(text));
