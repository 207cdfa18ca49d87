// SPDX-License-Identifier: BSD-2-Clause
/** The page's own state. Kernel state is not kept here, only what the views show of it. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { freshTimeline, type Stage } from '../boot/boot_timeline';
import type { Failure } from '../boot/failure';
import type { ImageEntry } from '../images/image_entry';
import type { KernelStats, ModuleReport, PanicReport } from '../kernel_api';

export type Phase = 'booting' | 'running' | 'foreign' | 'panic' | 'halted' | 'failed';
export type Theme = 'system' | 'light' | 'dark';
export type SidePanel = 'start' | 'images' | 'boot';

export interface TerminalTab {
  readonly id: number;
  readonly title: string;
  readonly ended: boolean;
}

export type NoticeTone = 'info' | 'good' | 'bad';

export interface Notice {
  readonly id: number;
  readonly tone: NoticeTone;
  readonly text: string;
  /** What the user can do about it. */
  readonly hint?: string;
}

export interface UiState {
  phase: Phase;
  stages: Stage[];
  failure: Failure | undefined;
  panic: PanicReport | undefined;
  consoleLog: string;
  trace: string[];
  bootedAt: Date | undefined;
  promptMs: number | undefined;
  foreign: ModuleReport | undefined;
  kernelName: string;
  tabs: TerminalTab[];
  activeTab: number;
  sidePanel: SidePanel;
  sideOpen: boolean;
  searchOpen: boolean;
  theme: Theme;
  fontSize: number;
  screenReader: boolean;
  images: ImageEntry[];
  imagesDurable: 'unknown' | 'kept' | 'memory';
  imagesProblem: string | undefined;
  offline: 'no' | 'preparing' | 'ready' | 'update';
  stats: KernelStats | undefined;
  hypercallRate: number | undefined;
  notices: Notice[];
}

/** Fewer pixels on a phone: 80 columns are worth more there. */
const defaultFontSize = (): number => (isNarrow() ? 12 : 14);

export type UiStore = StoreApi<UiState>;

const NARROW = '(max-width: 760px)';

export function readSetting(name: string): string | null {
  try {
    return localStorage.getItem(`rumpus.${name}`);
  } catch {
    return null;
  }
}

export function writeSetting(name: string, value: string): void {
  try {
    localStorage.setItem(`rumpus.${name}`, value);
  } catch {
    // A private window may refuse; the setting then lasts for this visit.
  }
}

export function createUiStore(): UiStore {
  const theme = readSetting('theme');
  const fontSize = Number(readSetting('fontSize'));
  return createStore<UiState>(() => ({
    phase: 'booting',
    stages: freshTimeline(),
    failure: undefined,
    panic: undefined,
    consoleLog: '',
    trace: [],
    bootedAt: undefined,
    promptMs: undefined,
    foreign: undefined,
    kernelName: 'built-in kernel',
    tabs: [],
    activeTab: 0,
    sidePanel: 'start',
    sideOpen: !matchMedia(NARROW).matches,
    searchOpen: false,
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    fontSize: fontSize >= 9 && fontSize <= 28 ? fontSize : defaultFontSize(),
    screenReader: readSetting('screenReader') === 'yes',
    images: [],
    imagesDurable: 'unknown',
    imagesProblem: undefined,
    offline: 'no',
    stats: undefined,
    hypercallRate: undefined,
    notices: [],
  }));
}

let lastNotice = 0;

/** Show a message; it stays until dismissed or until three newer ones push it out. */
export function notify(store: UiStore, tone: NoticeTone, text: string, hint?: string): void {
  lastNotice += 1;
  const notice = { id: lastNotice, tone, text, ...(hint === undefined ? {} : { hint }) };
  store.setState((state) => ({ notices: [...state.notices.slice(-2), notice] }));
}

export function isNarrow(): boolean {
  return matchMedia(NARROW).matches;
}
