// SPDX-License-Identifier: BSD-2-Clause
/** Start, Images, Boot: one at a time beside the terminal, or instead of it on a phone. */
import { HardDrive, ListChecks, Sparkles } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { lazy, Suspense } from 'react';
import type { SidePanel as PanelName } from '../state/ui_store';
import { useSystem, useUi } from '../system_context';
import { StartPanel } from './StartPanel';

const ImagesPanel = lazy(() => import('../images/ImagesPanel'));
const BootPanel = lazy(() => import('./BootPanel'));

export function SidePanel() {
  const { store } = useSystem();
  const panel = useUi((state) => state.sidePanel);
  const imageCount = useUi((state) => state.images.length);
  return (
    <aside className="side" aria-label="Side panel" data-region>
      <Tabs.Root
        className="side-tabs"
        value={panel}
        onValueChange={(value) => store.setState({ sidePanel: value as PanelName })}
      >
        <Tabs.List className="segments" aria-label="Side panel">
          <Tabs.Trigger className="segment" value="start">
            <Sparkles size={15} /> Start
          </Tabs.Trigger>
          <Tabs.Trigger className="segment" value="images">
            <HardDrive size={15} /> Images
            {imageCount > 0 && <span className="count">{imageCount}</span>}
          </Tabs.Trigger>
          <Tabs.Trigger className="segment" value="boot">
            <ListChecks size={15} /> Boot
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content className="side-body" value="start">
          <StartPanel />
        </Tabs.Content>
        <Tabs.Content className="side-body" value="images">
          <Suspense fallback={null}>
            <ImagesPanel />
          </Suspense>
        </Tabs.Content>
        <Tabs.Content className="side-body" value="boot">
          <Suspense fallback={null}>
            <BootPanel />
          </Suspense>
        </Tabs.Content>
      </Tabs.Root>
    </aside>
  );
}
