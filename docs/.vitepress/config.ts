// Configures the documentation site: pages by reader, and a search that needs no network.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const DOCS = fileURLToPath(new URL('..', import.meta.url));

/** The sidebar entry of a page, whose text is the page's heading. */
function page(file: string) {
  const [, title = file] = /^# (.*)$/m.exec(readFileSync(`${DOCS}${file}.md`, 'utf8')) ?? [];
  return { text: title, link: `/${file}` };
}

/** All pages of a folder: first those named in `first`, in this order, then the others by name. */
function pagesOf(folder: string, first: readonly string[] = []) {
  const names = readdirSync(`${DOCS}${folder}`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -'.md'.length))
    .sort();
  const others = names.filter((name) => !first.includes(name));
  return [...first, ...others].map((name) => page(`${folder}/${name}`));
}

/** The pages for decision makers, in reading order. */
const ADOPT = ['what-it-is', 'staged-adoption', 'worked-example', 'checklist', 'phrases'];

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { repository } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
const REPOSITORY = repository.url.replace(/^git\+/, '').replace(/\.git$/, '');

/**
 * The address of a link in `page`. Links to files of the repository that are not pages of the site, such as sources and
 * examples, lead to the repository; other links are unchanged.
 */
function addressOf(link: string, page: string): string {
  const [, path, anchor = ''] = /^([^#]*)(#.*)?$/.exec(link)!;
  if (!path || /^([a-z]+:|\/)/.test(path)) return link;
  const target = join('docs', dirname(page), decodeURI(path));
  const isPage = target.startsWith('docs/') && target.endsWith('.md');
  if (isPage || !existsSync(ROOT + target)) return link;
  const kind = statSync(ROOT + target).isDirectory() ? 'tree' : 'blob';
  return `${REPOSITORY}/${kind}/main/${target}${anchor}`;
}

/** The anchor of a heading as GitHub makes it, so that links work in both places. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** Tables of measurements need more than VitePress' 688 pixels; beside the outline there is room for them. */
const STYLE = `
  @media (min-width: 1280px) { .VPDoc.has-aside .content-container { max-width: 800px !important } }
  .vp-doc th, .vp-doc td { padding: 6px 10px }
`;

export default defineConfig({
  title: 'zeroscout',
  description: 'Training-free neural architecture search at cluster scale',
  lang: 'en',
  head: [['style', {}, STYLE]],
  cleanUrls: true,
  // These files are pointers to pages, for readers of the repository.
  srcExclude: ['method.md', 'glossary.md'],
  markdown: {
    anchor: { slugify: slugOf },
    config: (md) => {
      md.core.ruler.push('repository-links', ({ tokens, env }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const href = token.type === 'link_open' ? token.attrGet('href') : null;
          if (href) token.attrSet('href', addressOf(href, env.relativePath));
        }
      });
      // Vue would evaluate text in double braces, in prose and in code.
      const { text, code_inline: code, fence } = md.renderer.rules;
      // VitePress styles and scrolls fenced code only, so indented code is rendered as fenced.
      md.renderer.rules.code_block = (...args) => {
        args[0][args[1]]!.info = 'text';
        return fence!(...args);
      };
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
          'other-inputs',
          'typescript',
          'own-space',
          'own-images',
          'trust',
          'compare-proxies',
          'own-proxy',
          'calibrate',
          'evolution',
          'latency-budget',
          'slurm-and-jobs',
        ]),
      },
      { text: 'Adopt', items: pagesOf('adopt', ADOPT) },
      { text: '導入(日本語)', items: pagesOf('ja/adopt', ADOPT) },
      {
        text: 'Reference',
        items: pagesOf('reference', ['specification', 'commands', 'api', 'settings', 'onnx-files']),
      },
      { text: 'Operate', items: pagesOf('operate', ['servers', 'deployment', 'searches', 'monitoring']) },
      {
        text: 'Understand',
        items: [
          ...pagesOf('understand', ['method', 'architecture', 'limits', 'rankings']),
          { text: 'Decisions', collapsed: true, items: pagesOf('decisions') },
        ],
      },
    ],
  },
});
