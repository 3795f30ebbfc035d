// Renders a chart on a canvas with a title and an explanation; it can be saved as SVG.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { saveText } from '../text/save.js';
import { type EChartsCoreOption, type EChartsType, init } from './echarts.js';

export interface ChartArea {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export interface ChartProps {
  readonly title: string;
  /** The meaning of the axes and colours. */
  readonly about: ComponentChildren;
  readonly option: EChartsCoreOption;
  readonly height?: number;
  /** Narrower screens scroll sideways. */
  readonly minWidth?: number;
  readonly onPick?: (data: unknown) => void;
  /** Called with the area that a drag over the chart selects; without it, dragging does nothing. */
  readonly onBrush?: (area: ChartArea) => void;
  readonly children?: ComponentChildren;
}

/** What is scrolled needs the keyboard, and therefore a name. */
const scrolling = (title: string) =>
  ({ class: 'wide', tabIndex: 0, role: 'region', 'aria-label': `${title}: chart that scrolls` }) as const;

/** The size of saved charts in pixels. */
const SAVED = { width: 960, height: 600 };

export function Chart({
  title,
  about,
  option,
  height = 380,
  minWidth,
  onPick,
  onBrush,
  children,
}: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>();
  const handlers = useRef({ onPick, onBrush });
  handlers.current = { onPick, onBrush };
  useEffect(() => {
    const made = init(place.current!, null, { renderer: 'canvas' });
    chart.current = made;
    made.on('click', ({ data }) => handlers.current.onPick?.(data));
    made.on('brushEnd', (event) => {
      const area = areaOf(event);
      if (area) handlers.current.onBrush?.(area);
    });
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(place.current!);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);
  const isBrushed = onBrush !== undefined;
  useEffect(() => {
    chart.current?.setOption({ animation: false, ...option }, { notMerge: true });
    const brushOption = { brushType: 'rect', brushMode: 'single' };
    if (isBrushed) chart.current?.dispatchAction({ type: 'takeGlobalCursor', key: 'brush', brushOption });
  }, [option, isBrushed]);
  return (
    <section class="chart">
      <div class="row between">
        <h2>{title}</h2>
        <button type="button" onClick={() => saveSvg(title, option)}>
          Save as SVG
        </button>
      </div>
      {children}
      <div {...(minWidth === undefined ? { class: 'fitted' } : scrolling(title))}>
        <div
          ref={place}
          role="img"
          aria-label={title}
          style={{ height: `${height}px`, minWidth: `${minWidth ?? 0}px` }}
        />
      </div>
      <p class="quiet">{about}</p>
    </section>
  );
}

function areaOf(event: unknown): ChartArea | undefined {
  const { areas = [] } = event as { areas?: readonly { readonly coordRange?: unknown }[] };
  const range = areas[0]?.coordRange as [[number, number], [number, number]] | undefined;
  return range && { x: range[0], y: range[1] };
}

function saveSvg(title: string, option: EChartsCoreOption): void {
  const made = init(null, null, { renderer: 'svg', ssr: true, ...SAVED });
  made.setOption({ animation: false, ...option });
  const name = `${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.svg`;
  saveText({ name, text: made.renderToSVGString(), type: 'image/svg+xml' });
  made.dispose();
}
