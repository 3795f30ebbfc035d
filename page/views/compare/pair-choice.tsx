// Renders the comparison of two of the chosen searches; where there are more, a list chooses which.
import { useState } from 'preact/hooks';
import { PairPart } from './pair-part.js';

export function PairChoice({ ids }: { readonly ids: readonly string[] }) {
  const [chosen, setChosen] = useState('');
  const pairs = ids.flatMap((earlier, i) => ids.slice(i + 1).map((later) => ({ earlier, later })));
  const nameOf = ({ earlier, later }: (typeof pairs)[number]) => `${earlier} and ${later}`;
  const pair = pairs.find((each) => nameOf(each) === chosen) ?? pairs.at(-1);
  if (!pair) return null;
  return (
    <>
      {pairs.length > 1 && (
        <p class="row">
          <label>
            Rank against rank of{' '}
            <select value={nameOf(pair)} onChange={(event) => setChosen(event.currentTarget.value)}>
              {pairs.map((each) => (
                <option key={nameOf(each)}>{nameOf(each)}</option>
              ))}
            </select>
          </label>
        </p>
      )}
      <PairPart key={nameOf(pair)} {...pair} />
    </>
  );
}
