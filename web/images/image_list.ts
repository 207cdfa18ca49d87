// SPDX-License-Identifier: BSD-2-Clause
/** The list of images and what this visit knows of each. Entries change only here; the UI's store has the only copy of them. */
import { EBUSY, ENOSPC } from '../../hypercall-js/errno.gen';
import { imageKind, truncation } from '../../userland/disk/image_kind';
import type { BaseSource } from '../../workers/protocol';
import type { UiStore } from '../state/ui_store';
import type { CatalogRecord } from './image_catalog';
import type { ImageEntry } from './image_entry';

/** What an image is made of, that the views need not know. */
export interface Holding {
  /** The file or address it lies over, or is. */
  base?: BaseSource;
  handle?: FileSystemFileHandle;
  /** Key of the stored bytes. */
  bytes?: string;
  /** Of what the stored changes belong to. */
  identity?: string;
  /** Waits for another tab. */
  waiting?: AbortController;
  /** A long task on it. */
  task?: AbortController;
}

/** A bar shows no smaller part. */
const PROGRESS_STEP = 0.005;

export const newId = (): string => `img-${crypto.randomUUID()}`;

export class ImageList {
  private readonly holdings = new Map<string, Holding>();
  private busy = 0;
  private idleWaiters: (() => void)[] = [];

  constructor(readonly store: UiStore) {}

  get entries(): readonly ImageEntry[] {
    return this.store.getState().images;
  }

  entry(id: string): ImageEntry | undefined {
    return this.entries.find((entry) => entry.id === id);
  }

  holding(id: string): Holding {
    const holding = this.holdings.get(id) ?? {};
    this.holdings.set(id, holding);
    return holding;
  }

  add(entry: ImageEntry, holding: Holding): void {
    this.holdings.set(entry.id, holding);
    this.store.setState((state) => ({ images: [...state.images, entry] }));
  }

  change(id: string, change: Partial<ImageEntry>): void {
    this.store.setState((state) => ({
      images: state.images.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)),
    }));
  }

  drop(id: string): void {
    this.holdings.delete(id);
    this.store.setState((state) => ({ images: state.images.filter((entry) => entry.id !== id) }));
  }

  freeDevice(): string {
    const used = new Set(this.entries.map((entry) => entry.device));
    let unit = 0;
    while (used.has(`rd${unit}`)) unit += 1;
    return `rd${unit}`;
  }

  /** A long task on an image, with progress in its entry and a signal that stops it. */
  async task(
    id: string,
    doing: NonNullable<ImageEntry['work']>['doing'],
    body: (progress: (done: number, total: number) => void, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const holding = this.holding(id);
    const task = new AbortController();
    holding.task = task;
    this.change(id, { work: { doing, done: 0 } });
    try {
      let shown = 0;
      const progress = (done: number, total: number): void => {
        const part = total > 0 ? Math.min(1, done / total) : 1;
        if (part < 1 && part - shown < PROGRESS_STEP) return;
        shown = part;
        this.change(id, { work: { doing, done: part } });
      };
      await this.working(() => body(progress, task.signal));
    } finally {
      delete holding.task;
      this.store.setState((state) => ({
        images: state.images.map((entry) => {
          if (entry.id !== id) return entry;
          const { work: _done, ...rest } = entry;
          return rest;
        }),
      }));
    }
  }

  /** Resolves when nothing is being copied, attached or read. */
  whenIdle(): Promise<void> {
    if (this.busy === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  async working<T>(task: () => Promise<T>): Promise<T> {
    this.busy += 1;
    try {
      return await task();
    } finally {
      this.busy -= 1;
      if (this.busy === 0) {
        for (const waiter of this.idleWaiters.splice(0)) waiter();
      }
    }
  }
}

/** The entry of a record, not attached. */
export function entryOf(record: CatalogRecord): ImageEntry {
  const kind = imageKind(record.head, record.size);
  const warning = truncation(kind, record.size);
  return {
    id: record.id,
    name: record.name,
    size: record.size,
    kind,
    keeping: record.keeping,
    fast: record.storage === 'opfs',
    device: record.device,
    wanted: record.attach,
    state: { tag: 'detached' },
    ...(record.url === undefined ? {} : { url: record.url }),
    ...(warning ? { warning } : {}),
  };
}

export function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** EBUSY of the storage worker: another tab has the image open for writing. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errno' in error && error.errno === EBUSY;
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

export function isQuota(error: unknown): boolean {
  if (error instanceof DOMException) return error.name === 'QuotaExceededError';
  return error instanceof Error && 'errno' in error && error.errno === ENOSPC;
}
