// SPDX-License-Identifier: BSD-2-Clause
/** Name, kernel state, reboot, theme, side panel. */
import { Monitor, Moon, PanelRight, RotateCcw, Sun } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { type Theme, writeSetting } from '../state/ui_store';
import { useSystem, useUi } from '../system_context';

const RebootDialog = lazy(() => import('./RebootDialog'));

const NEXT_THEME: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const THEME_ICON = { system: Monitor, light: Sun, dark: Moon };

function ThemeButton() {
  const { store } = useSystem();
  const theme = useUi((state) => state.theme);
  const Icon = THEME_ICON[theme];
  const next = NEXT_THEME[theme];
  const choose = (): void => {
    writeSetting('theme', next);
    store.setState({ theme: next });
  };
  return (
    <button
      type="button"
      className="icon-button"
      onClick={choose}
      aria-label={`Theme: ${theme}. Change to ${next}`}
      data-tip={`Theme: ${theme}`}
    >
      <Icon size={17} />
    </button>
  );
}

function RebootButton() {
  const system = useSystem();
  const phase = useUi((state) => state.phase);
  const [asking, setAsking] = useState(false);
  const reboot = (): void => {
    if (phase === 'running') setAsking(true);
    else void system.reboot();
  };
  return (
    <>
      <button
        type="button"
        className="button quiet"
        disabled={phase === 'booting'}
        onClick={reboot}
        data-tip="Boot again, same images"
      >
        <RotateCcw size={15} />
        <span className="wide-text">Reboot</span>
      </button>
      {asking && (
        <Suspense fallback={null}>
          <RebootDialog onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </>
  );
}

export function TopBar() {
  const system = useSystem();
  const sideOpen = useUi((state) => state.sideOpen);
  const kernelName = useUi((state) => state.kernelName);
  return (
    <header className="bar" data-region>
      <h1 className="brand">
        <a className="wordmark" href="./">
          <img src="./favicon.svg" alt="" width="22" height="22" />
          Rumpus
        </a>
      </h1>
      <span className="bar-note">{kernelName === 'built-in kernel' ? 'a rump kernel in this tab' : kernelName}</span>
      <span className="grow" />
      <RebootButton />
      <ThemeButton />
      <button
        type="button"
        className="icon-button wide-only"
        aria-label="Side panel"
        aria-pressed={sideOpen}
        data-tip="Side panel"
        onClick={() => system.store.setState({ sideOpen: !sideOpen })}
      >
        <PanelRight size={17} />
      </button>
    </header>
  );
}
