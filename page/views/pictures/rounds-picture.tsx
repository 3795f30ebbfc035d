// Renders the rounds of a screening: how many candidates each had, and how well its order agreed with the last.
import { useMemo } from 'preact/hooks';
import type { Rounds, ScreeningRound } from '../../../http/answers.js';
import { type AskOptions, askAll, searchPath } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { Chart } from '../../charts/chart.js';
import type { Colours } from '../../charts/colours.js';
import { roundsOption } from '../../charts/rounds-option.js';

/** Nothing is rendered for searches without screening. */
export function RoundsPicture({ id, colours }: { readonly id: string; readonly colours: Colours }) {
  const { data } = useAnswer(searchPath(id, '/rounds'), readRounds);
  const option = useMemo(() => data && roundsOption(data, colours), [data, colours]);
  if (!data || !option || data.length < 2) return null;
  return (
    <Chart
      title="Rounds of screening"
      option={option}
      height={320}
      about="Bars are the candidates of each round, of which each was scored under so many random draws. The line is Kendall's τ between the round and the last one, over the candidates that reached the last: near 1, the cheaper round would have chosen as the careful one did; near 0, it chose by chance."
    />
  );
}

function readRounds(path: string, options: Pick<AskOptions, 'signal'>): Promise<readonly ScreeningRound[]> {
  return askAll(path, (page: Rounds) => page.rounds, options);
}
