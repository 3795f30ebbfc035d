// Renders a text in which backticks mark code.
export function Coded({ text }: { readonly text: string }) {
  // Every second part stands between two backticks.
  return <>{text.split('`').map((part, i) => (i % 2 === 1 ? <code>{part}</code> : part))}</>;
}
