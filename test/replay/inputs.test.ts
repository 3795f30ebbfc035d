// Tests that the present code accepts the inputs of workflows and activities in histories of earlier
// releases.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaultPayloadConverter } from '@temporalio/common';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { expect, test } from 'vitest';
import { readInput } from '../../core/contract/activity-inputs.js';
import { searchIdOf } from '../../core/contract/search-queues.js';

const FOLDER = fileURLToPath(new URL('histories/', import.meta.url));
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

test.each(names)('%s', (name) => {
  const { events } = historyFromJSON(JSON.parse(readFileSync(`${FOLDER}${name}`, 'utf8')));
  let count = 0;
  for (const {
    workflowExecutionStartedEventAttributes: begun,
    activityTaskScheduledEventAttributes: step,
  } of events!) {
    const activity = begun
      ? begun.workflowType!.name === 'search'
        ? ('checkSearch' as const)
        : ('checkPart' as const)
      : (step?.activityType?.name as 'auditScores' | undefined);
    const payload = (begun ?? step)?.input?.payloads?.[0];
    if (!activity || !payload) continue;
    const written = defaultPayloadConverter.fromPayload<object>(payload);
    const value =
      begun && activity === 'checkSearch' ? { id: searchIdOf(begun.workflowId!), ...written } : written;
    // Defaults of a later release may be added; nothing is lost or changed.
    expect(readInput(activity, value), activity).toMatchObject(value);
    count++;
  }
  expect(count).toBeGreaterThan(2);
});
