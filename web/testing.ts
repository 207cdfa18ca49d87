// SPDX-License-Identifier: BSD-2-Clause
/** window.__rump for end-to-end tests, with ?testing=1 only. */
import type { System } from './system';

export interface TestHandle {
  whenIdle(): Promise<void>;
  whenPrompt(): Promise<void>;
  readonly timings: Readonly<Record<string, number>>;
  /** Text of a terminal, the active one by default. */
  text(tab?: number): string;
  /** Type into the active terminal. */
  type(text: string): void;
  stats(): Promise<unknown>;
  readonly system: System;
}

declare global {
  interface Window {
    __rump?: TestHandle;
  }
}

export function exposeForTests(system: System): void {
  window.__rump = {
    whenIdle: () => system.whenIdle(),
    whenPrompt: () => system.whenPrompt(),
    timings: system.timings,
    text: (tab) => (tab === undefined ? system.terminals.active() : system.terminals.get(tab))?.text() ?? '',
    type: (text) => system.terminals.active()?.type(text),
    stats: async () => system.kernel?.stats(),
    system,
  };
}
