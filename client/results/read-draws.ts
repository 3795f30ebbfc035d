// Reads from Temporal's history of an evolution how many candidates were drawn for each generation, and how many
// of them were rejected by constraints or had been bred before.
import type { Client } from '@temporalio/client';
import { countRejected, type DrawCounts } from '../../core/contract/draw-counts.js';
import type { HistoryRef } from '../../core/contract/search.js';
import { workflowIdOf } from '../../core/contract/search-queues.js';
import type { GenerationDraws } from '../../core/report-page/report-data.js';

/** The most runs of a search, each continued as new by the next, whose histories are read. */
const MOST_RUNS = 20;

type Handle = ReturnType<Client['workflow']['getHandle']>;
type Events = NonNullable<Awaited<ReturnType<Handle['fetchHistory']>>['events']>;

/** By generation, from the first; undefined where the histories are gone, too long, or cannot be read. */
export async function readDraws({
  client,
  id,
}: {
  readonly client: Client;
  /** The id of the search. */
  readonly id: string;
}): Promise<readonly GenerationDraws[] | undefined> {
  const totals = new Map<number, DrawCounts>();
  let run: string | undefined;
  try {
    for (let read = 0; read < MOST_RUNS; read++) {
      const { events } = await client.workflow.getHandle(workflowIdOf(id), run).fetchHistory();
      for (const { generations, drawn } of await readBred(client, events ?? []))
        totals.set(generations, drawn);
      run = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
      if (run === undefined) return splitTotals(totals);
    }
  } catch {
    // Without its history, or without the key of an encrypted one, an evolution has all but these counts.
  }
  return undefined;
}

/** The histories of generations that the activity `breedGeneration` returned. */
async function readBred(client: Client, events: Events): Promise<readonly HistoryRef[]> {
  const breeding = new Set<string>();
  const found: HistoryRef[] = [];
  for (const event of events) {
    const { activityTaskScheduledEventAttributes: scheduled, activityTaskCompletedEventAttributes: done } =
      event;
    if (scheduled?.activityType?.name === 'breedGeneration') breeding.add(String(event.eventId));
    const [payload] = done?.result?.payloads ?? [];
    if (!payload || !breeding.has(String(done?.scheduledEventId))) continue;
    const { payloadConverter, payloadCodecs } = client.options.loadedDataConverter;
    let decoded = [payload];
    for (const codec of [...payloadCodecs].reverse()) decoded = await codec.decode(decoded);
    const { outcome, history } = payloadConverter.fromPayload(decoded[0]!) as {
      readonly outcome?: string;
      readonly history?: HistoryRef;
    };
    if (outcome === 'bred' && history) found.push(history);
  }
  return found;
}

/** Each generation records the counts of all generations up to it. */
function splitTotals(totals: ReadonlyMap<number, DrawCounts>): readonly GenerationDraws[] | undefined {
  const found: GenerationDraws[] = [];
  let before: GenerationDraws = { proposed: 0, rejected: 0, duplicates: 0 };
  for (let generation = 1; generation <= totals.size; generation++) {
    const drawn = totals.get(generation);
    if (!drawn) return undefined;
    const total = {
      proposed: drawn.proposed,
      rejected: countRejected(drawn),
      duplicates: drawn.duplicates,
    };
    found.push({
      proposed: total.proposed - before.proposed,
      rejected: total.rejected - before.rejected,
      duplicates: total.duplicates - before.duplicates,
    });
    before = total;
  }
  return found;
}
