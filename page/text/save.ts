// Saves texts as files on the visitor's machine.

export interface SavedText {
  readonly name: string;
  readonly text: string;
  readonly type: string;
}

export function saveText({ name, text, type }: SavedText): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
