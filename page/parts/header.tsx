// Renders the line at the top: navigation and the role of the visitor.
import { Link, useRoute } from 'wouter-preact';
import { useShared } from '../api/session.js';

const VIEWS = [
  ['/', 'Searches'],
  ['/compare', 'Compare'],
  ['/fleet', 'Fleet'],
  ['/schedules', 'Schedules'],
  ['/start', 'New search'],
] as const;

export function Header() {
  const { session, searches } = useShared();
  const running = searches?.filter(({ ended }) => ended === null).length ?? 0;
  return (
    <header class="bar">
      <Link href="/" class="brand">
        zeroscout
      </Link>
      <nav aria-label="Views">
        {VIEWS.map(([path, name]) => (
          <Tab
            key={path}
            path={path}
            name={path === '/' && running > 0 ? `${name} (${running} running)` : name}
          />
        ))}
      </nav>
      <span
        class="quiet who"
        title={session.role === 'viewer' ? 'Open the link of `zeroscout ui` to change things' : ''}
      >
        {session.role}
      </span>
    </header>
  );
}

function Tab({ path, name }: { readonly path: string; readonly name: string }) {
  const [isThere] = useRoute(path === '/' ? '/' : `${path}/*?`);
  const [isBelow] = useRoute('/searches/*');
  const isHere = isThere || (path === '/' && isBelow);
  return (
    <Link href={path} aria-current={isHere ? 'page' : undefined}>
      {name}
    </Link>
  );
}
