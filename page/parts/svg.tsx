// Renders a picture that the server drew. Its text is parsed as XML, and only its shapes and texts are used.
import { useEffect, useRef } from 'preact/hooks';

const ALLOWED: ReadonlySet<string> = new Set([
  'svg',
  'g',
  'rect',
  'path',
  'text',
  'title',
  'circle',
  'line',
  'polyline',
]);

/** The scale down to which a picture shrinks to fit a narrow screen; a wider one is scrolled. */
const LEAST_SCALE = 0.55;

export interface SvgProps {
  readonly text: string;
  /** Called with the number of a block that the visitor opens or closes, where the picture has such blocks. */
  readonly onBlock?: (block: number) => void;
}

export function Svg({ text, onBlock }: SvgProps) {
  const handler = useRef(onBlock);
  handler.current = onBlock;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const read = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
    for (const element of [read, ...read.querySelectorAll('*')])
      if (!ALLOWED.has(element.localName)) element.remove();
    const picture = document.importNode(read, true);
    const least = LEAST_SCALE * Number(picture.getAttribute('width'));
    Object.assign(picture.style, { maxWidth: `max(100%, ${least}px)`, height: 'auto' });
    const blocks = picture.querySelectorAll<SVGElement>('[data-block]');
    // Screen readers do not enter an image, so a picture with buttons is a group.
    if (blocks.length > 0) picture.setAttribute('role', 'group');
    for (const block of blocks) makeButton(block, (number) => handler.current?.(number));
    const focused = place.current?.querySelector(':focus')?.getAttribute('data-block');
    place.current?.replaceChildren(picture);
    if (focused) place.current?.querySelector<SVGElement>(`[data-block="${focused}"]`)?.focus();
  }, [text]);
  return (
    <div class="picture" ref={place} tabIndex={0} role="region" aria-label="Picture of the architecture" />
  );
}

/** A block is opened and closed by a click, by Enter, and by the space bar. */
function makeButton(block: SVGElement, onPress: (number: number) => void): void {
  const { block: number, open } = block.dataset;
  block.setAttribute('role', 'button');
  block.setAttribute('tabindex', '0');
  block.setAttribute('aria-expanded', open ?? 'false');
  block.addEventListener('click', () => onPress(Number(number)));
  block.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onPress(Number(number));
  });
}
