// SPDX-License-Identifier: BSD-2-Clause
/** Tab strip and the terminal of the chosen tab. The terminals themselves live in the registry. */
import { Plus, Search, X } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import type { TerminalTab } from '../state/ui_store';
import { useSystem, useUi } from '../system_context';
import { SearchBar } from './SearchBar';
import { TerminalMenu } from './TerminalMenu';

function TerminalView({ id }: { id: number }) {
  const { terminals } = useSystem();
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const session = terminals.get(id);
    const place = ref.current;
    if (!session || !place) return undefined;
    place.append(session.host);
    session.shown();
    session.xterm.focus();
    let frame = 0;
    const observer = new ResizeObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => session.fit());
    });
    observer.observe(place);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      session.host.remove();
    };
  }, [id, terminals]);
  return <div className="term-place" ref={ref} />;
}

function TabButton({ tab, active }: { tab: TerminalTab; active: boolean }) {
  const { terminals } = useSystem();
  const close = (): void => void terminals.close(tab.id);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Delete') close();
  };
  return (
    <Tabs.Trigger
      value={String(tab.id)}
      className="tab"
      data-ended={tab.ended || undefined}
      aria-keyshortcuts="Delete"
      onKeyDown={onKeyDown}
      onAuxClick={(event) => event.button === 1 && close()}
    >
      <span className="tab-title">{tab.title}</span>
      {tab.ended && <span className="visually-hidden"> (ended)</span>}
      {/* Pointer shortcut only; the keyboard has Delete and the button in the bar. */}
      <span
        className="tab-close"
        aria-hidden="true"
        data-active={active || undefined}
        onPointerDown={(event) => event.stopPropagation()}
        onMouseDown={(event) => event.stopPropagation()}
        onClick={close}
      >
        <X size={13} />
      </span>
    </Tabs.Trigger>
  );
}

export function TerminalPane() {
  const { store, terminals } = useSystem();
  const tabs = useUi((state) => state.tabs);
  const activeTab = useUi((state) => state.activeTab);
  const running = useUi((state) => state.phase === 'running');
  const searchOpen = useUi((state) => state.searchOpen);
  return (
    <Tabs.Root
      className="terms"
      value={String(activeTab)}
      onValueChange={(value) => store.setState({ activeTab: Number(value) })}
      activationMode="automatic"
    >
      <div className="tabstrip">
        <Tabs.List className="tablist" aria-label="Terminals">
          {tabs.map((tab) => (
            <TabButton key={tab.id} tab={tab} active={tab.id === activeTab} />
          ))}
        </Tabs.List>
        <button
          type="button"
          className="icon-button"
          aria-label="New terminal"
          data-tip="New terminal"
          disabled={!running}
          onClick={() => void terminals.open()}
        >
          <Plus size={16} />
        </button>
        <span className="grow" />
        <button
          type="button"
          className="icon-button"
          aria-label="Search in the terminal"
          data-tip="Search (Ctrl+Shift+F)"
          aria-pressed={searchOpen}
          onClick={() => store.setState({ searchOpen: !searchOpen })}
        >
          <Search size={16} />
        </button>
        <TerminalMenu />
      </div>
      {searchOpen && <SearchBar />}
      {tabs.map((tab) => (
        <Tabs.Content key={tab.id} value={String(tab.id)} className="term-panel" tabIndex={-1}>
          <TerminalView id={tab.id} />
        </Tabs.Content>
      ))}
      {tabs.length === 0 && <p className="shell-wait">Loading the kernel…</p>}
    </Tabs.Root>
  );
}
