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

/** Every page of a folder: first those that are named here, in this order, then the others by their names. */
function pagesOf(folder: string, first: readonly string[] = []) {
  const names = readdirSync(`${DOCS}${folder}`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -'.md'.length))
    .sort();
  const others = names.filter((name) => !first.includes(name));
  return [...first, ...others].map((name) => page(`${folder}/${name}`));
}

/** Pages for those who decide, in the order in which they are read. */
const ADOPT = ['what-it-is', 'staged-adoption', 'worked-example', 'checklist', 'phrases'];

export default defineConfig({
  title: 'zeroscout',
  description: 'Training-free neural architecture search at cluster scale',
  lang: 'en',
  cleanUrls: true,
  // These files only say where the page is, for readers of the repository.
  srcExclude: ['method.md', 'glossary.md'],
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
      { text: 'Start', items: pagesOf('start', ['quickstart', 'results']) },
      {
        text: 'Guides',
        items: pagesOf('guides', [
          'specification',
          'own-network',
          'typescript',
          'own-space',
          'own-images',
          'evolution',
          'slurm-and-jobs',
        ]),
      },
      { text: 'Adopt', items: pagesOf('adopt', ADOPT) },
      { text: '導入(日本語)', items: pagesOf('ja/adopt', ADOPT) },
      { text: 'Reference', items: pagesOf('reference', ['specification', 'commands', 'api', 'settings']) },
      { text: 'Operate', items: pagesOf('operate', ['servers', 'deployment', 'searches', 'monitoring']) },
      {
        text: 'Understand',
        items: [
          ...pagesOf('understand', ['method', 'architecture']),
          { text: 'Decisions', collapsed: true, items: pagesOf('decisions') },
        ],
      },
    ],
  },
});
