// Recognizes what people have in place of an ONNX file: pointers of Git LFS, pages of a failed download, saved weights.

const BEGINNINGS: readonly (readonly [beginning: string, message: string])[] = [
  [
    'version https://git-lfs',
    'it is a pointer of Git LFS, which stands for the file; fetch the file with: git lfs pull',
  ],
  ['<!doctype', 'it is a page of HTML, as a download that failed leaves; download the file again'],
  ['<html', 'it is a page of HTML, as a download that failed leaves; download the file again'],
  ['PK\u0003\u0004', 'it is a ZIP archive, as torch.save writes; write the network with torch.onnx.export'],
];

/** What the bytes are, as a message; undefined where their beginning does not say it. */
export function otherContent(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'it is empty';
  const start = String.fromCharCode(...bytes.subarray(0, 32)).toLowerCase();
  return BEGINNINGS.find(([beginning]) => start.startsWith(beginning.toLowerCase()))?.[1];
}
