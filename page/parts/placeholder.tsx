// Holds the place of a part that is still read, so that nothing below it moves when it is there.
export function Placeholder({ height }: { readonly height: number }) {
  return (
    <section class="quiet" style={{ minHeight: `${height}px` }}>
      Loading ...
    </section>
  );
}
