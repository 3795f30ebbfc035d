// The documentation site: its pages by reader, and a search that needs no network.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const DOCS = fileURLToPath(new URL('..', import.meta.url));

/** The heading of a page is its name in the sidebar. */
function page(file: string) {
  const [, title = file] = /^# (.*)$/m.exec(readFileSync(`${DOCS}${file}.md`, 'utf8')) ?? [];
  return { text: title, link: `/${file}` };
}

const decisions = readdirSync(`${DOCS}decisions`)
  .filter((name) => name.endsWith('.md'))
  .sort()
  .map((name) => page(`decisions/${name.slice(0, -3)}`));

export default defineConfig({
  title: 'zeroscout',
  description: 'Training-free neural architecture search at cluster scale',
  lang: 'en',
  cleanUrls: true,
  // Pages link to files of the repository, which are no pages of the site.
  ignoreDeadLinks: [/^\.?\.\//, /\.(ts|js|py|json|yaml|conf)$/],
  markdown: {
    config: (md) => {
      // Vue would evaluate what stands in double braces, in text and in code alike.
      const { text, code_inline: code } = md.renderer.rules;
      md.renderer.rules.text = (...args) => text!(...args).replaceAll('{{', '&#123;&#123;');
      md.renderer.rules.code_inline = (...args) => code!(...args).replace('<code', '<code v-pre');
    },
  },
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: [
      { text: 'Start', items: [page('start')] },
      {
        text: 'Guides',
        items: ['own-space', 'own-images', 'evolution', 'autoformer'].map(page),
      },
      {
        text: 'Reference',
        items: ['reference/specification', 'reference/commands', 'glossary'].map(page),
      },
      { text: 'Operate', items: ['deployment', 'operations', 'scale'].map(page) },
      {
        text: 'Understand',
        items: [
          ...['method', 'fidelity', 'architecture'].map(page),
          { text: 'Decisions', collapsed: true, items: decisions },
        ],
      },
    ],
  },
});
