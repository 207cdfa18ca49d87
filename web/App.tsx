// SPDX-License-Identifier: BSD-2-Clause
/** The page: bar, terminals, side panel, status bar, and whatever screen covers them. */
import { lazy, Suspense, useEffect } from 'react';
import { DropZone } from './images/DropZone';
import { BootStrip } from './panels/BootStrip';
import { Notices } from './panels/Notices';
import { PhoneNav } from './panels/PhoneNav';
import { SidePanel } from './panels/SidePanel';
import { StatusBar } from './panels/StatusBar';
import { TopBar } from './panels/TopBar';
import { moveRegionFocus } from './regions';
import { useSystem, useUi } from './system_context';
import { KeyBar } from './terminal/KeyBar';
import { TerminalPane } from './terminal/TerminalPane';

const Screens = lazy(() => import('./screens/Screens'));

function useTheme(): void {
  const theme = useUi((state) => state.theme);
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);
}

function usePageKeys(): void {
  const { store } = useSystem();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey && event.shiftKey && event.code === 'KeyF') {
        event.preventDefault();
        store.setState({ searchOpen: true });
      }
      if (event.key === 'F6') {
        event.preventDefault();
        moveRegionFocus(event.shiftKey);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [store]);
}

export function App() {
  useTheme();
  usePageKeys();
  const phase = useUi((state) => state.phase);
  const sideOpen = useUi((state) => state.sideOpen);
  const covered = phase === 'panic' || phase === 'failed' || phase === 'foreign' || phase === 'halted';
  return (
    <div className="app" data-side={sideOpen ? 'open' : 'closed'} data-phase={phase}>
      <a className="skip" href="#terminal">
        Skip to the terminal
      </a>
      <TopBar />
      <main className="work" id="work">
        <div className="pane-terminal" id="terminal" tabIndex={-1} data-region>
          <TerminalPane />
          <BootStrip />
          {covered && (
            <Suspense fallback={null}>
              <Screens />
            </Suspense>
          )}
          <KeyBar />
        </div>
        {sideOpen && <SidePanel />}
      </main>
      <PhoneNav />
      <StatusBar />
      <Notices />
      <DropZone />
    </div>
  );
}
