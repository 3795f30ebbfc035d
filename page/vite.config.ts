// Builds the page into dist/page: one file for the frame, and files for views that only some visits open.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  // Paths are relative, so that the page works below any prefix; http/page.ts writes the prefix into
  // index.html.
  base: './',
  publicDir: false,
  cacheDir: here('../node_modules/.cache/vite-page'),
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: here('../dist/page'),
    emptyOutDir: true,
    target: 'es2022',
    // A small file in a data: address would need a weaker content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    reportCompressedSize: false,
  },
});
