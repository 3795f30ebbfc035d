// Says whether nothing that a visitor works with has the focus, because what had it is no longer shown.
export function isFocusLost(): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || activeElement.id === 'content';
}
