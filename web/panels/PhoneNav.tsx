// SPDX-License-Identifier: BSD-2-Clause
/** At phone width one pane is shown at a time; these buttons choose it. Hidden elsewhere by style sheet. */
import { HardDrive, ListChecks, Sparkles, SquareTerminal } from 'lucide-react';
import type { SidePanel } from '../state/ui_store';
import { useSystem, useUi } from '../system_context';

const PANES = [
  { name: 'shell', label: 'Shell', Icon: SquareTerminal },
  { name: 'images', label: 'Images', Icon: HardDrive },
  { name: 'boot', label: 'Boot', Icon: ListChecks },
  { name: 'start', label: 'Start', Icon: Sparkles },
] as const;

export function PhoneNav() {
  const { store } = useSystem();
  const sideOpen = useUi((state) => state.sideOpen);
  const sidePanel = useUi((state) => state.sidePanel);
  const current: SidePanel | 'shell' = sideOpen ? sidePanel : 'shell';
  const choose = (name: SidePanel | 'shell'): void => {
    if (name === 'shell') store.setState({ sideOpen: false });
    else store.setState({ sideOpen: true, sidePanel: name });
  };
  return (
    <nav className="phone-nav" aria-label="Panes" data-region>
      {PANES.map(({ name, label, Icon }) => (
        <button
          key={name}
          type="button"
          aria-current={current === name ? 'page' : undefined}
          onClick={() => choose(name)}
        >
          <Icon size={19} />
          {label}
        </button>
      ))}
    </nav>
  );
}
