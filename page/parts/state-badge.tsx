// Renders the state of a search as a coloured word, which is understandable without the colour.
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
