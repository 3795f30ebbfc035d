// Reads pages of a ranking when they become visible, and caches those that were read.
import { useCallback, useEffect, useReducer, useRef } from 'preact/hooks';
import type { Cell } from '../../http/answers.js';
import { type AskError, ask, searchPath, withQuery } from '../api/ask.js';
import { asAskError } from '../api/use-answer.js';

export type RankingCells = Readonly<Record<string, Cell>>;

export interface RankingColumn {
  readonly name: string;
  readonly kind: 'number' | 'text';
}

export interface RankingPage {
  readonly columns: readonly RankingColumn[];
  readonly total: number;
  readonly all: number;
  readonly offset: number;
  readonly rows: readonly RankingCells[];
}

export interface RankingQuery {
  readonly id: string;
  readonly filter: string;
  /** The column to sort by; a minus before it sorts in descending order. */
  readonly sort: string;
}

export interface RankingPages {
  /** The columns and counts of the last query that was answered; undefined before the first. */
  readonly head: Omit<RankingPage, 'rows' | 'offset'> | undefined;
  readonly problem: AskError | undefined;
  readonly isLoading: boolean;
  rowAt(index: number): RankingCells | undefined;
  /** Requests the rows that are visible now. */
  want(first: number, end: number): void;
}

const PAGE = 100;
/** The most pages that are cached for one query (20,000 rows). */
const KEPT = 200;
/** The time until a page is requested again that an unavailable server did not answer. */
const AGAIN_MS = 3_000;

interface Reading {
  readonly pages: Map<number, readonly RankingCells[]>;
  readonly asked: Set<number>;
  /** Pages that were answered with an error. A table wants its pages at each drawing, and must not ask on. */
  readonly failed: Set<number>;
  head: RankingPages['head'];
  problem: AskError | undefined;
  stop: AbortController;
}

export function useRankingPages({ id, filter, sort }: RankingQuery): RankingPages {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const reading = useRef<Reading>(begin(undefined));
  const load = useCallback(
    async (page: number): Promise<void> => {
      const askAgain = (before: Reading) => {
        before.failed.delete(page);
        if (before === reading.current) void load(page);
      };
      const now = reading.current;
      if (now.asked.has(page) || now.failed.has(page) || now.stop.signal.aborted) return;
      now.asked.add(page);
      const query = { filter, sort, offset: page * PAGE, limit: PAGE };
      try {
        const { rows, ...head } = await ask<RankingPage>(withQuery(searchPath(id, '/ranking'), query), {
          signal: now.stop.signal,
        });
        now.head = head;
        now.problem = undefined;
        keep(now.pages, page, rows);
      } catch (error) {
        if (now.stop.signal.aborted) return;
        now.problem = asAskError(error);
        now.failed.add(page);
        if (now.problem.isPassing) setTimeout(askAgain, AGAIN_MS, now);
      }
      now.asked.delete(page);
      draw(0);
    },
    [id, filter, sort],
  );
  useEffect(() => {
    reading.current = begin(reading.current.head);
    void load(0);
    return () => reading.current.stop.abort();
  }, [load]);
  const { pages, head, problem, asked } = reading.current;
  return {
    head,
    problem,
    isLoading: asked.size > 0,
    rowAt: (index) => pages.get(Math.floor(index / PAGE))?.[index % PAGE],
    want: (first, end) => {
      for (let page = Math.floor(first / PAGE); page * PAGE < end; page += 1)
        if (!pages.has(page)) void load(page);
    },
  };
}

/** The columns and counts of the previous query are shown until the next one is answered. */
function begin(head: Reading['head']): Reading {
  return {
    pages: new Map(),
    asked: new Set(),
    failed: new Set(),
    head,
    problem: undefined,
    stop: new AbortController(),
  };
}

function keep(pages: Reading['pages'], page: number, rows: readonly RankingCells[]): void {
  pages.set(page, rows);
  const [oldest] = pages.keys();
  if (pages.size > KEPT && oldest !== undefined) pages.delete(oldest);
}
