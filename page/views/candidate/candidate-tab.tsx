// Renders one candidate of a ranking: its picture, the origin of its score, its costs, its class, its
// neighbours, and its files.
import { useState } from 'preact/hooks';
import { Link, useParams } from 'wouter-preact';
import type { CandidateAnswer } from '../../../http/answers.js';
import { apiUrl, searchPath } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { CopyButton } from '../../parts/copy-button.js';
import { ProblemNote } from '../../parts/notes.js';
import { Svg } from '../../parts/svg.js';
import { formatCount, formatValue } from '../../text/format.js';
import { saveText } from '../../text/save.js';
import type { SearchTabProps } from '../search/search-view.js';
import { OtherRanks } from './other-ranks.js';
import { Standing } from './standing.js';

/** The last rank that can be exported. */
const EXPORTED = 100;
const FORMATS = { config: 'Configuration (JSON)', onnx: 'ONNX', pytorch: 'PyTorch' } as const;

export function CandidateTab({ id }: SearchTabProps) {
  const { rank = '1' } = useParams<{ rank?: string }>();
  const [open, setOpen] = useState<{ readonly of: string; readonly blocks: readonly number[] }>();
  const blocks = open?.of === rank ? open.blocks : [];
  const toggle = (block: number) =>
    setOpen({
      of: rank,
      blocks: blocks.includes(block) ? blocks.filter((each) => each !== block) : [...blocks, block],
    });
  const expand = blocks.length > 0 ? `?expand=${blocks.join(',')}` : '';
  const { data, problem } = useAnswer<CandidateAnswer>(searchPath(id, `/candidates/${rank}${expand}`));
  if (!data) return problem ? <ProblemNote problem={problem} /> : <p class="quiet">Loading ...</p>;
  return (
    <>
      <Head id={id} answer={data} />
      <div class="columns">
        <section>
          <div class="row between">
            <h2>Architecture</h2>
            {data.drawing && <SaveDrawing svg={data.drawing} rank={rank} />}
          </div>
          {data.drawing?.includes('data-block') && <p class="quiet">Click a block to see its operators.</p>}
          {data.drawing ? (
            <Svg text={data.drawing} onBlock={toggle} />
          ) : (
            <p class="quiet">Not drawn: {data.notDrawn}</p>
          )}
        </section>
        <div>
          <Standing answer={data} />
          <Costs answer={data} />
          <OtherRanks key={`${id}/${rank}`} id={id} rank={rank} />
          <Places id={id} answer={data} />
        </div>
      </div>
    </>
  );
}

function Head({ id, answer }: { readonly id: string; readonly answer: CandidateAnswer }) {
  const { row, total, formats } = answer;
  const rank = Number(row.rank);
  const candidate = String(row.candidate);
  return (
    <section>
      <div class="row between">
        <h2>
          Rank {formatCount(rank)} of {formatCount(total)} · score {formatValue(row.score)}
        </h2>
        <div class="row">
          <PlaceLink id={id} rank={rank - 1} name="← better" isThere={rank > 1} />
          <PlaceLink id={id} rank={rank + 1} name="worse →" isThere={rank < total} />
        </div>
      </div>
      <p class="mono">
        <bdi>{candidate}</bdi>
      </p>
      <div class="row">
        <CopyButton text={candidate} />
        <Downloads id={id} rank={rank} formats={formats} />
      </div>
    </section>
  );
}

interface DownloadsProps {
  readonly id: string;
  readonly rank: number;
  readonly formats: CandidateAnswer['formats'];
}

function Downloads({ id, rank, formats }: DownloadsProps) {
  if (formats.length === 0) return null;
  if (rank > EXPORTED)
    return (
      <span class="quiet">
        The first {EXPORTED} can be exported: {formats.map((format) => FORMATS[format]).join(', ')}.
      </span>
    );
  return formats.map((format) => (
    <a key={format} class="button" href={apiUrl(searchPath(id, `/export/${format}/${rank}`))} download>
      {FORMATS[format]}
    </a>
  ));
}

interface PlaceLinkProps {
  readonly id: string;
  readonly rank: number;
  readonly name: string;
  readonly isThere: boolean;
}

function PlaceLink({ id, rank, name, isThere }: PlaceLinkProps) {
  if (!isThere) return null;
  return (
    <Link class="button" href={`/searches/${encodeURIComponent(id)}/candidate/${rank}`}>
      {name}
    </Link>
  );
}

function SaveDrawing({ svg, rank }: { readonly svg: string; readonly rank: string }) {
  return (
    <button
      type="button"
      onClick={() => saveText({ name: `rank-${rank}.svg`, text: svg, type: 'image/svg+xml' })}
    >
      Save as SVG
    </button>
  );
}

function Costs({ answer: { costs, resolution, image, row } }: { readonly answer: CandidateAnswer }) {
  if (!costs) return null;
  const latency = row.latency;
  const size = image ?? [resolution, resolution];
  return (
    <section>
      <h2>Costs</h2>
      <dl class="facts">
        <div>
          <dt>FLOPs (multiply-accumulates)</dt>
          <dd>{formatValue(costs.flops)}</dd>
        </div>
        <div>
          <dt>parameters</dt>
          <dd>{formatValue(costs.parameters)}</dd>
        </div>
        {typeof costs.layers === 'number' && (
          <div>
            <dt>layers</dt>
            <dd>{costs.layers}</dd>
          </div>
        )}
        {latency !== undefined && latency !== null && (
          <div>
            <dt>latency</dt>
            <dd>{formatValue(latency)} ms</dd>
          </div>
        )}
        <div>
          <dt>for images of</dt>
          <dd>
            {size.join(' × ')}
            {image ? '' : ' pixels'}
          </dd>
        </div>
      </dl>
    </section>
  );
}

function Places({
  id,
  answer: { members, neighbours },
}: {
  readonly id: string;
  readonly answer: CandidateAnswer;
}) {
  return (
    <>
      {members.total > 1 && (
        <section>
          <h2>The same function</h2>
          <p>{formatCount(members.total)} candidates compute the same function and share one score.</p>
          <PlaceList id={id} places={members.first} more={members.total - members.first.length} />
        </section>
      )}
      {neighbours.ranked.length + neighbours.others > 0 && (
        <section>
          <h2>Neighbours</h2>
          <p>
            Candidates that differ in one choice: {formatCount(neighbours.ranked.length)} of those that were
            looked at are ranked, {formatCount(neighbours.others)} are not in this search.
          </p>
          <PlaceList id={id} places={neighbours.ranked.slice(0, 20)} more={neighbours.ranked.length - 20} />
        </section>
      )}
    </>
  );
}

interface PlaceListProps {
  readonly id: string;
  readonly places: CandidateAnswer['members']['first'];
  readonly more: number;
}

function PlaceList({ id, places, more }: PlaceListProps) {
  return (
    <ul class="places">
      {places.map(({ rank, candidate }) => (
        <li key={candidate}>
          <Link href={`/searches/${encodeURIComponent(id)}/candidate/${rank}`}>{formatCount(rank)}</Link>{' '}
          <bdi class="mono">{candidate}</bdi>
        </li>
      ))}
      {more > 0 && <li class="quiet">and {formatCount(more)} more</li>}
    </ul>
  );
}
