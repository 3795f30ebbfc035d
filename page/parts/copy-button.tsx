// Renders a button that copies a text.
import { useState } from 'preact/hooks';

export function CopyButton({ text, name = 'Copy' }: { readonly text: string; readonly name?: string }) {
  const [said, setSaid] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      // Without TLS, browsers allow access to the clipboard only for pages from localhost.
      setSaid('The browser does not allow it');
    }
    setTimeout(() => setSaid(''), 2_000);
  };
  return (
    <button type="button" onClick={copy}>
      <span aria-live="polite">{said || name}</span>
    </button>
  );
}
