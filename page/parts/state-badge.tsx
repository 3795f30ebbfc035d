// The state of a search as a word with a colour; the word alone says it too.
const KINDS: Readonly<Record<string, string>> = {
  completed: 'good',
  failed: 'bad',
  terminated: 'bad',
  timed_out: 'bad',
  cancelled: 'dull',
  paused: 'warn',
};

export function StateBadge({ state }: { readonly state: string }) {
  return <span class={`badge ${KINDS[state] ?? 'busy'}`}>{state.replace('_', ' ')}</span>;
}
