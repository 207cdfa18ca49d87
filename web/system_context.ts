// SPDX-License-Identifier: BSD-2-Clause
/** The system the views belong to, by React context, and a hook that reads its state. */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { UiState } from './state/ui_store';
import type { System } from './system';

export const SystemContext = createContext<System | undefined>(undefined);

export function useSystem(): System {
  const system = useContext(SystemContext);
  if (!system) throw new Error('no system around this view');
  return system;
}

export function useUi<T>(select: (state: UiState) => T): T {
  return useStore(useSystem().store, select);
}
