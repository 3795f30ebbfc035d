// Names task queues and workflows, and spells the ids of searches as Temporal has them. Safe to import in a workflow.
import type { Device } from '../specification/devices.js';

export const CONTROL_QUEUE = 'zeroscout-control';
/** Score workers of a device class poll a queue of their own. */
export const scoreQueue = (device: Device): string => `zeroscout-score-${device}`;

export const SEARCH_WORKFLOW = 'search';
export const PART_WORKFLOW = 'scorePart';
export const LATENCY_WORKFLOW = 'measureLatencies';
/** The workflow that measured the latencies of a search last. */
export const latencyWorkflowIdOf = (id: string): string => `latency-${id}`;
const PREFIX = 'search-';
/**
 * Temporal ends the workflow id of a scheduled run with its time, `2026-11-24T02:00:00Z`. The search's id has no colons:
 * it becomes a file name and a message subject.
 */
export const workflowIdOf = (id: string): string =>
  PREFIX + id.replace(/(?<=-\d{4}-\d\d-\d\dT)(\d\d)(\d\d)(\d\dZ)$/, '$1:$2:$3');
export const searchIdOf = (workflowId: string): string =>
  workflowId.slice(PREFIX.length).replace(/(?<=T\d\d):(\d\d):(?=\d\dZ$)/, '$1');

/** The id of a search as Temporal's page shows it. */
export const isTemporalId = (text: string): boolean =>
  text.startsWith(PREFIX) && /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(searchIdOf(text));
