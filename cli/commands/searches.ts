// Defines the commands `zeroscout status`, `watch`, `pause`, `resume` and `cancel`.
import { type Command, Option } from 'commander';
import { withServersKept } from '../../client/embedded/keep-servers.js';
import { readResults } from '../../client/results/results.js';
import { controlSearch, type SearchAction } from '../../client/searches/control-search.js';
import { findSearch } from '../../client/searches/find-search.js';
import { followSearch } from '../../client/searches/follow-search.js';
import { STATES } from '../../client/searches/list-searches.js';
import { createWholeNumberParser, Interrupted, SEARCH_ID } from '../arguments.js';
import { showSearch } from '../render/describe-search.js';
import { withProgress } from '../render/follow-view.js';
import { type ListOptions, showSearches } from '../render/list-searches.js';
import { formatSummary } from '../render/results.js';
import { noteIfNoneRanked } from '../render/set-aside.js';
import { note, paint, print, printJson } from '../render/terminal.js';
import { type Session, withSession, withStatusSession } from '../session.js';

interface Json {
  readonly json?: true;
}

export function addSearchCommands(program: Command): void {
  program
    .command('status')
    .description(
      'list searches, those that run first and then those that ended last; with an ID, show that search and what it waits for',
    )
    .argument('[ID]', SEARCH_ID)
    .option(
      '--limit <N>',
      'largest number of searches (default: 50; all with --json)',
      createWholeNumberParser({ min: 1, max: 1e9 }),
    )
    .option('--all', 'list all searches')
    .addOption(new Option('--state <STATE>', 'only searches in this state').choices(STATES))
    .option('--name <NAME>', 'only searches whose specification has this name')
    .option('--json', 'print JSON')
    .action((id: string | undefined, options: ListOptions) =>
      id === undefined
        ? withSession({ start: 'never' }, (session) => showSearches(session, options))
        : withStatusSession((session) => showSearch(session, id, options)),
    );
  program
    .command('watch')
    .description('show the progress of a running search until it ends')
    .argument('<ID>', SEARCH_ID)
    .option('--json', 'print the summary as JSON')
    .action((id: string, options: Json) =>
      withSession({ start: 'never' }, (session) => watch(session, id, options)),
    );
  const addControlCommand = (name: SearchAction, description: string) =>
    program
      .command(name)
      .description(description)
      .argument('<ID>', SEARCH_ID)
      .option('--json', 'print JSON')
      .action((given: string, options: Json) =>
        withSession({ start: 'never' }, async ({ client }) => {
          const { id, done } = await controlSearch({ client, id: given, action: name });
          if (options.json) printJson({ id, [done]: true });
          else note(`search ${id}: ${done}`);
        }),
      );
  addControlCommand('pause', 'pause a search: running shards finish, and no others start');
  addControlCommand('resume', 'resume a paused search');
  addControlCommand('cancel', 'cancel a search; its scores are kept and reused by later searches');
}

async function watch(
  { client, store, connections, home }: Session,
  given: string,
  { json }: Json,
): Promise<void> {
  const { id, handle } = await findSearch({ client, id: given });
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const isLocal = connections.temporal.source === 'embedded';
  const onStep = (text: string) => note(paint.dim(text));
  const result = await withServersKept({ home, connections, onStep }, (isRestarted) =>
    withProgress(json ? 'hidden' : 'shown', (onLook) =>
      followSearch({ client, handle, id, store, stop: stop.signal, onLook, isLocal, isRestarted }),
    ),
  );
  if (result === 'stopped')
    throw new Interrupted(`no longer watching; the search continues: zeroscout watch ${id}`);
  const { summary } = await readResults({ store, result });
  if (json) printJson(summary);
  else print(formatSummary(summary));
  noteIfNoneRanked(summary);
}
