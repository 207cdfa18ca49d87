// SPDX-License-Identifier: BSD-2-Clause
/** All terminal sessions of one system, by tab number; the store holds only what the tab strip shows. */
import type { KernelHandle } from '../kernel_api';
import { notify, type UiStore } from '../state/ui_store';
import { type SessionLook, TerminalSession } from './terminal_session';

export interface RegistryEvents {
  onFirstPrompt(): void;
  onActivity(): void;
}

/** How long the first shell waits for the page to be laid out before it starts at 80x24. */
const LAYOUT_PATIENCE_MS = 250;

function patience(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export class TerminalRegistry {
  private readonly sessions = new Map<number, TerminalSession>();
  private lastId = 0;
  private kernel: KernelHandle | undefined;
  private look: SessionLook;

  constructor(
    private readonly store: UiStore,
    private readonly events: RegistryEvents,
  ) {
    this.look = this.currentLook();
    store.subscribe(() => this.restyleIfChanged());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.restyleIfChanged());
  }

  get(id: number): TerminalSession | undefined {
    return this.sessions.get(id);
  }

  active(): TerminalSession | undefined {
    return this.sessions.get(this.store.getState().activeTab);
  }

  /** A terminal without a shell yet: it shows the boot messages. */
  async prepare(): Promise<TerminalSession> {
    this.lastId += 1;
    const id = this.lastId;
    const session = await TerminalSession.create(id, this.look, {
      onTitle: (title) => this.changeTab(id, { title: title || `sh ${id}` }),
      onPrompt: () => this.events.onFirstPrompt(),
      onActivity: () => this.events.onActivity(),
      onEnd: () => this.changeTab(id, { ended: true }),
      onRestart: () => void this.startShell(session),
    });
    this.sessions.set(id, session);
    this.store.setState((state) => ({
      tabs: [...state.tabs, { id, title: `sh ${id}`, ended: false }],
      activeTab: id,
    }));
    return session;
  }

  async open(): Promise<void> {
    const session = await this.prepare();
    await this.startShell(session);
    session.xterm.focus();
  }

  async startShell(session: TerminalSession): Promise<void> {
    if (!this.kernel) return;
    await Promise.race([session.sized, patience(LAYOUT_PATIENCE_MS)]);
    try {
      const { cols, rows } = session.xterm;
      const tty = await this.kernel.openTerminal({ cols, rows });
      session.connect(tty);
      this.changeTab(session.id, { ended: false });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      notify(this.store, 'bad', `No further terminal could be opened (${why}).`, 'Close one that you no longer need.');
      session.print(`\r\n\x1b[31m${why}\x1b[0m\r\n`);
      session.disconnect();
      this.changeTab(session.id, { ended: true });
    }
  }

  /** Close a tab: hang up its tty, so that its processes end. */
  async close(id: number): Promise<void> {
    const session = this.sessions.get(id);
    if (!session) return;
    this.sessions.delete(id);
    this.store.setState((state) => {
      const tabs = state.tabs.filter((tab) => tab.id !== id);
      const at = state.tabs.findIndex((tab) => tab.id === id);
      const next = tabs[Math.min(at, tabs.length - 1)]?.id ?? 0;
      return { tabs, activeTab: state.activeTab === id ? next : state.activeTab };
    });
    await session.hangUp().catch(() => undefined);
    session.dispose();
    if (this.sessions.size === 0 && this.kernel) await this.open();
  }

  kernelReady(kernel: KernelHandle): void {
    this.kernel = kernel;
  }

  /** The kernel stopped: screens stay readable, nothing more can be typed. */
  kernelGone(): void {
    this.kernel = undefined;
    for (const session of this.sessions.values()) {
      session.disconnect();
      this.changeTab(session.id, { ended: true });
    }
  }

  /** Before a reboot: all but one terminal go. */
  async reset(): Promise<TerminalSession> {
    const [first, ...others] = [...this.sessions.values()];
    this.kernel = undefined;
    for (const session of others) await this.close(session.id);
    if (!first) return this.prepare();
    first.xterm.reset();
    return first;
  }

  private changeTab(id: number, change: { title?: string; ended?: boolean }): void {
    this.store.setState((state) => ({
      tabs: state.tabs.map((tab) => (tab.id === id ? { ...tab, ...change } : tab)),
    }));
  }

  private currentLook(): SessionLook {
    const { theme, fontSize, screenReader } = this.store.getState();
    const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
    return { dark, fontSize, screenReader };
  }

  private restyleIfChanged(): void {
    const look = this.currentLook();
    const same =
      look.dark === this.look.dark &&
      look.fontSize === this.look.fontSize &&
      look.screenReader === this.look.screenReader;
    if (same) return;
    this.look = look;
    for (const session of this.sessions.values()) session.restyle(look);
  }
}
