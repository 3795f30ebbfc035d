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

export function Svg({ text }: { readonly text: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const read = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
    for (const element of [read, ...read.querySelectorAll('*')])
      if (!ALLOWED.has(element.localName)) element.remove();
    place.current?.replaceChildren(document.importNode(read, true));
  }, [text]);
  return (
    <div class="picture" ref={place} tabIndex={0} role="region" aria-label="Picture of the architecture" />
  );
}
