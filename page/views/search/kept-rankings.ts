// Keeps what is selected in a ranking, and the row that was opened from it, while another view is shown: "back"
// leads to the same row with the same selection.
import { useMemo, useState } from 'preact/hooks';
import type { RankingCells, RankingQuery } from '../../table/use-ranking-pages.js';

type Selected = ReadonlyMap<string, RankingCells>;

/** A row that was opened, by its place in the order of a filter and a sort. */
interface Opened {
  readonly filter: string;
  readonly sort: string;
  readonly index: number;
}

/** By the ids of searches, until the page is loaded anew. */
const selections = new Map<string, Selected>();
const openedRows = new Map<string, Opened>();

export interface KeptRanking {
  readonly selected: Selected;
  readonly select: (selected: Selected) => void;
  /** The row that was opened last in this order. */
  readonly opened: Opened | undefined;
  readonly keepOpened: (index: number) => void;
}

export function useKeptRanking({ id, filter, sort }: RankingQuery): KeptRanking {
  const [selected, setSelected] = useState<Selected>(() => selections.get(id) ?? new Map());
  const opened = useMemo(() => {
    const last = openedRows.get(id);
    return last?.filter === filter && last.sort === sort ? last : undefined;
  }, [id, filter, sort]);
  return {
    selected,
    select: (next) => {
      selections.set(id, next);
      setSelected(next);
    },
    opened,
    keepOpened: (index) => openedRows.set(id, { filter, sort, index }),
  };
}
