// SPDX-License-Identifier: BSD-2-Clause
/** Hangs the views into the page. */
import { createRoot } from 'react-dom/client';
import { App } from './App';
import type { System } from './system';
import { SystemContext } from './system_context';

export function mount(element: HTMLElement, system: System): void {
  createRoot(element).render(
    <SystemContext value={system}>
      <App />
    </SystemContext>,
  );
}
