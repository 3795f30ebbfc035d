// Renders a form of the fields that most searches set, and writes them as a specification.
import { useState } from 'preact/hooks';

const SPACES = [
  ['nas-bench-201', 'nas-bench-201'],
  ['nas-bench-101', 'nas-bench-101'],
  ['darts', 'darts'],
  ['mobilenet-v2', 'mobilenet-v2'],
  ['{ kind: transnas-bench-101, size: micro }', 'transnas-bench-101, micro'],
  ['{ kind: autoformer, size: tiny }', 'autoformer, tiny'],
] as const;

interface Fields {
  readonly name: string;
  readonly space: string;
  readonly samples: string;
  readonly fidelity: string;
  readonly flops: string;
  readonly seed: string;
}

const USUAL: Fields = {
  name: 'my-search',
  space: SPACES[0][0],
  samples: '100',
  fidelity: 'screen',
  flops: '',
  seed: '1',
};

export function SimpleForm({ onText }: { readonly onText: (text: string) => void }) {
  const [fields, setFields] = useState(USUAL);
  const set = (name: keyof Fields) => (event: { readonly currentTarget: { value: string } }) =>
    setFields({ ...fields, [name]: event.currentTarget.value });
  return (
    <section>
      <h2>Or from fields</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onText(specificationOf(fields));
        }}
      >
        <div class="row fields">
          <label class="field">
            Name <input required value={fields.name} onInput={set('name')} />
          </label>
          <label class="field">
            Space{' '}
            <select value={fields.space} onChange={set('space')}>
              {SPACES.map(([value, name]) => (
                <option key={value} value={value}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label class="field">
            Random candidates{' '}
            <input required type="number" min={1} value={fields.samples} onInput={set('samples')} />
          </label>
          <label class="field">
            Fidelity{' '}
            <select value={fields.fidelity} onChange={set('fidelity')}>
              <option value="screen">screen: quick</option>
              <option value="standard">standard: three draws</option>
              <option value="paper">paper: as published</option>
            </select>
          </label>
          <label class="field">
            At most FLOPs <input value={fields.flops} placeholder="such as 600M" onInput={set('flops')} />
          </label>
          <label class="field">
            Seed <input required type="number" min={0} value={fields.seed} onInput={set('seed')} />
          </label>
        </div>
        <button type="submit">Write the specification</button>
      </form>
    </section>
  );
}

function specificationOf({ name, space, samples, fidelity, flops, seed }: Fields): string {
  const limits = flops.trim() === '' ? '' : `constraints: { flops: { max: ${flops.trim()} } }\n`;
  return `name: ${name}
space: ${space}
strategy: { kind: random, samples: ${samples} }
${limits}fidelity: ${fidelity}
seed: ${seed}
`;
}
