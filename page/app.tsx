// Renders the frame of the page: the role of the visitor, navigation, the connection banner, and the view for
// the address.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Route, Router, Switch, useLocation } from 'wouter-preact';
import type { WatchedSearch } from '../http/answers.js';
import { useConnection } from './api/connection.js';
import { prefix } from './api/prefix.js';
import { type Session, SharedContext } from './api/session.js';
import { useAnswer } from './api/use-answer.js';
import { useEvents } from './api/use-events.js';
import { ConnectionBanner } from './parts/connection-banner.js';
import { Header } from './parts/header.js';
import { isFocusLost } from './parts/is-focus-lost.js';
import { later } from './parts/later.js';
import { Login } from './parts/login.js';
import { Empty } from './parts/notes.js';
import { SearchesView } from './views/searches/searches-view.js';

/** Views that few visits open are loaded from files of their own. */
const SearchView = later(() => import('./views/search/search-view.js').then((file) => file.SearchView));

const CompareView = later(() => import('./views/compare/compare-view.js').then((file) => file.CompareView));
const FleetView = later(() => import('./views/fleet/fleet-view.js').then((file) => file.FleetView));
const SchedulesView = later(() =>
  import('./views/schedules/schedules-view.js').then((file) => file.SchedulesView),
);
const StartView = later(() => import('./views/start/start-view.js').then((file) => file.StartView));

export function App() {
  return (
    <Router base={prefix}>
      <Known />
    </Router>
  );
}

function Known() {
  const { data: session, problem, again } = useAnswer<Session>('/session');
  useAfterLoss(again);
  if (problem?.status === 401) return <Login />;
  if (!session)
    return (
      <main class="page">
        {problem ? (
          <p class="note bad">{problem.message}; trying again.</p>
        ) : (
          <p class="quiet">Loading ...</p>
        )}
      </main>
    );
  return <Shell session={session} />;
}

/** Calls `again` when the server is lost and when it is back: one that was started anew may know other tokens. */
function useAfterLoss(again: () => void): void {
  const isLost = useConnection().state === 'lost';
  const before = useRef(isLost);
  useEffect(() => {
    if (before.current !== isLost) again();
    before.current = isLost;
  }, [isLost, again]);
}

function Shell({ session }: { readonly session: Session }) {
  const [searches, setSearches] = useState<readonly WatchedSearch[]>();
  useEvents('/searches-events', { on: { searches: setSearches } });
  const shared = useMemo(() => ({ session, searches }), [session, searches]);
  return (
    <SharedContext.Provider value={shared}>
      <a class="skip" href="#content">
        To the content
      </a>
      <Header />
      <ConnectionBanner />
      <main class="page" id="content" tabIndex={-1}>
        <Views />
      </main>
    </SharedContext.Provider>
  );
}

function Views() {
  useTopOnNavigation();
  useFocusOnNavigation();
  return (
    <Switch>
      <Route path="/" component={SearchesView} />
      <Route path="/searches/:id/:tab?/:rank?">
        <SearchView />
      </Route>
      <Route path="/compare">
        <CompareView />
      </Route>
      <Route path="/fleet">
        <FleetView />
      </Route>
      <Route path="/schedules">
        <SchedulesView />
      </Route>
      <Route path="/start">
        <StartView />
      </Route>
      <Route>
        <Empty title="Nothing is here">
          <p>The address may be wrong, or what was here is gone. All searches are on the first page.</p>
        </Empty>
      </Route>
    </Switch>
  );
}

/** A new view starts at its top. */
function useTopOnNavigation(): void {
  const [location] = useLocation();
  const view = location.split('/').slice(0, 3).join('/');
  useEffect(() => window.scrollTo(0, 0), [view]);
}

/** Where what had the focus is gone, such as a row that opened a candidate, the keyboard goes on in the content. */
function useFocusOnNavigation(): void {
  const [location] = useLocation();
  const before = useRef(location);
  useEffect(() => {
    if (before.current !== location && isFocusLost())
      document.getElementById('content')?.focus({ preventScroll: true });
    before.current = location;
  }, [location]);
}
