// Renders a text on one line. Where it does not fit, its middle is left out, because the candidates of a space
// often begin alike and differ at the end.

/** The number of characters at the end that are always shown. */
const TAIL = 16;

export function TwoEnds({ text }: { readonly text: string }) {
  const characters = [...text];
  if (characters.length < 2 * TAIL) return <bdi>{text}</bdi>;
  return (
    <bdi class="two-ends">
      <span>{characters.slice(0, -TAIL).join('')}</span>
      <span>{characters.slice(-TAIL).join('')}</span>
    </bdi>
  );
}
