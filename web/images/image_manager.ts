// SPDX-License-Identifier: BSD-2-Clause
/**
 * The images drawer's engine: takes files in, keeps them, attaches them to the kernel as /dev/rdN.
 *
 * A dropped file is attached at once and read in place, however large. Beside that it is kept for the next visit:
 * copied into storage up to COPY_LIMIT, by its handle above, or not at all where the browser has neither; the list says
 * which. Entries change only through change(); the store's list is the only copy of them.
 */
import { EBUSY, ENOSPC } from '../../hypercall-js/errno.gen';
import { HEAD_BYTES, type ImageKind, imageKind, truncation } from '../../userland/disk/image_kind';
import { blobPieces } from '../../workers/stores/blob_pieces';
import { formatBytes } from '../format';
import type { DiskSource, DiskView, KernelHandle } from '../kernel_api';
import { notify, type UiStore } from '../state/ui_store';
import type { CatalogRecord, ImageCatalog } from './image_catalog';
import type { ImageEntry, ImageKeeping } from './image_entry';
import { whenFree } from './image_lock';
import { fileView, viewPieces } from './image_view';
import { askForCopy, serveTabs } from './other_tabs';

/** Above this a file is remembered by its handle rather than copied. */
export const COPY_LIMIT = 512 * 1024 * 1024;
/** Storage left free when copying, so that the page itself can still be kept. */
const ROOM_MARGIN = 32 * 1024 * 1024;

export interface IncomingFile {
  readonly file: File;
  readonly handle?: FileSystemFileHandle;
}

interface Holding {
  file?: Blob;
  handle?: FileSystemFileHandle;
  /** Key of the stored bytes. */
  bytes?: string;
  waiting?: AbortController;
  copying?: AbortController;
}

type ReadableHandle = FileSystemFileHandle & {
  queryPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
  requestPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
};

async function headOf(file: Blob): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
}

function newId(): string {
  return `img-${crypto.randomUUID()}`;
}

export class ImageManager {
  private readonly holdings = new Map<string, Holding>();
  private readonly life = new AbortController();
  private kernel: KernelHandle | undefined;
  private busy = 0;
  private idleWaiters: (() => void)[] = [];

  constructor(
    private readonly store: UiStore,
    private readonly catalog: ImageCatalog,
    private readonly copyLimit = COPY_LIMIT,
  ) {}

  /** Fill the list from storage. */
  async load(): Promise<void> {
    serveTabs((bytes, record) => this.copyForTab(bytes, record), this.life.signal);
    this.store.setState({ imagesDurable: this.catalog.durable ? 'kept' : 'memory' });
    const records = await this.catalog.list();
    const entries = records.map((record) => this.entryOf(record));
    this.store.setState((state) => ({ images: [...entries, ...state.images] }));
    for (const { id, handle, bytes } of records) {
      this.holdings.set(id, { ...(handle ? { handle } : {}), ...(bytes ? { bytes } : {}) });
    }
  }

  /** A kernel is up: attach what was attached before. */
  async kernelReady(kernel: KernelHandle): Promise<void> {
    this.kernel = kernel;
    const wanted = this.entries().filter((entry) => entry.wanted);
    await Promise.all(wanted.map((entry) => this.working(() => this.attachOne(entry.id, false))));
  }

  /** The kernel is gone; images stay in the list. */
  kernelGone(): void {
    this.kernel = undefined;
    for (const entry of this.entries()) {
      this.letGo(entry.id);
      if (entry.state.tag !== 'broken') this.change(entry.id, { state: { tag: 'detached' } });
    }
  }

  async add(incoming: readonly IncomingFile[]): Promise<void> {
    for (const item of incoming) await this.working(() => this.addOne(item));
  }

  async attach(id: string): Promise<void> {
    await this.want(id, true);
    await this.working(() => this.attachOne(id, false));
  }

  async detach(id: string): Promise<void> {
    const entry = this.entry(id);
    if (entry?.state.tag !== 'attached' || !this.kernel) return;
    try {
      await this.kernel.detachDisk(entry.state.device);
    } catch (error) {
      notify(
        this.store,
        'bad',
        `/dev/${entry.state.device} is in use.`,
        `Unmount it first: umount /dev/${entry.state.device} (${message(error)})`,
      );
      return;
    }
    this.letGo(id);
    this.change(id, { state: { tag: 'detached' } });
    await this.want(id, false);
  }

  /** The browser asked for a click before a remembered file is read again; this is that click. */
  async reconnect(id: string): Promise<void> {
    const handle = this.holdings.get(id)?.handle as ReadableHandle | undefined;
    const answer = await handle?.requestPermission?.({ mode: 'read' });
    if (answer === 'granted') await this.attach(id);
    else
      notify(this.store, 'bad', 'The browser may not read the file.', 'Allow it when asked, or drop the file again.');
  }

  async rename(id: string, name: string): Promise<void> {
    const clean = name.trim();
    if (!clean) return;
    this.change(id, { name: clean });
    await this.catalog.change(id, { name: clean });
  }

  async remove(id: string): Promise<void> {
    await this.detach(id);
    if (this.entry(id)?.state.tag === 'attached') return;
    this.holdings.get(id)?.copying?.abort();
    this.letGo(id);
    await this.working(() => this.catalog.remove(id));
    this.holdings.delete(id);
    this.store.setState((state) => ({ images: state.images.filter((entry) => entry.id !== id) }));
  }

  /** Work on a copy of an image, as it is now; the tab that writes to it makes it. */
  async copy(id: string): Promise<void> {
    const entry = this.entry(id);
    const source = this.holdings.get(id)?.bytes;
    if (!entry || !source) return;
    const name = entry.name.replace(/(\.[a-z0-9]+)?$/i, ' copy$1');
    const record = { ...(await this.catalog.record(id)), id: newId(), name, device: this.freeDevice(), attach: true };
    try {
      const made = () => (entry.state.tag === 'elsewhere' ? askForCopy(source, record) : this.copyHere(id, record));
      const bytes = await this.working(made);
      this.holdings.set(record.id, { bytes });
      this.store.setState((state) => ({ images: [...state.images, this.entryOf(record)] }));
      await this.working(() => this.attachOne(record.id, false));
    } catch (error) {
      notify(this.store, 'bad', `${entry.name} was not copied.`, message(error));
    }
  }

  /** An image's bytes as they are now, also while it is mounted. */
  async view(id: string): Promise<DiskView> {
    const entry = this.entry(id);
    const holding = this.holdings.get(id);
    if (entry?.state.tag === 'attached' && this.kernel) return await this.kernel.viewDisk(entry.state.device);
    if (entry?.keeping !== 'stored' && holding?.file) return fileView(holding.file);
    return await this.catalog.view(id);
  }

  private async copyHere(id: string, record: CatalogRecord): Promise<string> {
    await this.needRoom(record.size);
    return await this.catalog.store(record, viewPieces(await this.view(id)), () => undefined);
  }

  /** Another tab wants a copy; undefined when this one does not have the image. */
  private copyForTab(bytes: string, record: CatalogRecord): Promise<string> | undefined {
    const mine = this.entries().find((entry) => this.holdings.get(entry.id)?.bytes === bytes);
    if (mine?.state.tag !== 'attached') return undefined;
    return this.working(() => this.copyHere(mine.id, record));
  }

  /** Resolves when nothing is being copied, attached or read. */
  whenIdle(): Promise<void> {
    if (this.busy === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private entries(): readonly ImageEntry[] {
    return this.store.getState().images;
  }

  private entry(id: string): ImageEntry | undefined {
    return this.entries().find((entry) => entry.id === id);
  }

  private change(id: string, change: Partial<ImageEntry>): void {
    this.store.setState((state) => ({
      images: state.images.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)),
    }));
  }

  private entryOf(record: CatalogRecord): ImageEntry {
    const kind = imageKind(record.head, record.size);
    const warning = truncation(kind, record.size);
    return {
      id: record.id,
      name: record.name,
      size: record.size,
      kind,
      keeping: record.keeping,
      device: record.device,
      wanted: record.attach,
      state: { tag: 'detached' },
      ...(warning ? { warning } : {}),
    };
  }

  private async want(id: string, wanted: boolean): Promise<void> {
    if (this.entry(id)?.wanted === wanted) return;
    this.change(id, { wanted });
    await this.catalog.change(id, { attach: wanted });
  }

  private freeDevice(): string {
    const used = new Set(this.entries().map((entry) => entry.device));
    let unit = 0;
    while (used.has(`rd${unit}`)) unit += 1;
    return `rd${unit}`;
  }

  private async addOne({ file, handle }: IncomingFile): Promise<void> {
    const head = await this.readHead(file);
    if (!head) return;
    const kind = imageKind(head, file.size);
    if (!kind.accepted) {
      notify(this.store, 'bad', `${file.name} was not attached.`, kind.advice);
      return;
    }
    const id = newId();
    const warning = truncation(kind, file.size);
    const entry: ImageEntry = {
      id,
      name: file.name,
      size: file.size,
      kind,
      keeping: 'visit',
      device: this.freeDevice(),
      wanted: true,
      state: { tag: 'detached' },
      ...(warning ? { warning } : {}),
    };
    this.holdings.set(id, { file, ...(handle ? { handle } : {}) });
    this.store.setState((state) => ({ images: [...state.images, entry], sidePanel: 'images', sideOpen: true }));
    await this.attachOne(id, true);
    void this.working(() => this.keep(id, file, head));
  }

  private async readHead(file: File): Promise<Uint8Array | undefined> {
    try {
      return await headOf(file);
    } catch (error) {
      const hint =
        'If it is a folder, make an image of it first; if it is a file, check that it still exists and may be read.';
      notify(this.store, 'bad', `${file.name} cannot be read (${message(error)}).`, hint);
      return undefined;
    }
  }

  /** Keep an image for the next visit in the best way this browser has. */
  private async keep(id: string, file: Blob, head: Uint8Array): Promise<void> {
    const entry = this.entry(id);
    if (!entry || !this.catalog.durable) return;
    const holding = this.holdings.get(id) ?? {};
    const record: CatalogRecord = {
      id,
      name: entry.name,
      size: entry.size,
      device: entry.device,
      head,
      attach: entry.wanted,
      keeping: entry.size <= this.copyLimit ? 'stored' : 'linked',
      ...(holding.handle ? { handle: holding.handle } : {}),
    };
    try {
      if (record.keeping === 'stored') await this.copyIn(record, file, holding);
      else if (record.handle) await this.catalog.link(record);
      else
        return this.cannotKeep(
          entry,
          `It is larger than ${formatBytes(this.copyLimit)} and this browser cannot remember where the file is.`,
        );
      this.change(id, { keeping: record.keeping });
    } catch (error) {
      if (isAbort(error)) return;
      this.cannotKeep(
        entry,
        isQuota(error)
          ? 'The browser has no room left for it. Remove an image, or free space on the disk.'
          : message(error),
      );
    }
  }

  private async copyIn(record: CatalogRecord, file: Blob, holding: Holding): Promise<void> {
    await this.needRoom(record.size);
    holding.copying = new AbortController();
    try {
      const report = (copied: number, total: number): void =>
        this.change(record.id, { copying: total > 0 ? copied / total : 1 });
      holding.bytes = await this.catalog.store(record, blobPieces(file, holding.copying.signal), report);
    } finally {
      delete holding.copying;
      this.store.setState((state) => ({
        images: state.images.map((entry) => {
          if (entry.id !== record.id) return entry;
          const { copying: _done, ...rest } = entry;
          return rest;
        }),
      }));
    }
  }

  private async needRoom(size: number): Promise<void> {
    const room = await this.catalog.room();
    if (room !== undefined && room < size + ROOM_MARGIN)
      throw new DOMException(`only ${formatBytes(Math.max(0, room))} left`, 'QuotaExceededError');
  }

  private cannotKeep(entry: ImageEntry, why: string): void {
    notify(this.store, 'info', `${entry.name} works now, but will not be here after a reload.`, why);
  }

  private async attachOne(id: string, readOnly: boolean): Promise<void> {
    const entry = this.entry(id);
    const kernel = this.kernel;
    if (!entry || !kernel || entry.state.tag === 'attached' || entry.state.tag === 'attaching') return;
    this.change(id, { state: { tag: 'attaching' } });
    try {
      const source = await this.sourceOf(entry);
      if (!source) {
        this.change(id, { state: { tag: 'asks' } });
        return;
      }
      const writable = !readOnly && source.kind === 'stored' && entry.kind.fs !== 'cd9660';
      await kernel.attachDisk({ name: entry.device, source, readOnly: !writable });
      this.change(id, { state: { tag: 'attached', device: entry.device, readOnly: !writable } });
    } catch (error) {
      if (isBusy(error)) {
        this.change(id, { state: { tag: 'elsewhere' } });
        this.attachWhenFree(id);
        return;
      }
      this.change(id, { state: { tag: 'broken', reason: message(error) } });
    }
  }

  /** Where to read an entry from now; undefined when the browser must be asked first. */
  private async sourceOf(entry: ImageEntry): Promise<DiskSource | undefined> {
    const holding = this.holdings.get(entry.id);
    if (holding?.file) return { kind: 'file', file: holding.file };
    if (holding?.bytes) return { kind: 'stored', id: holding.bytes };
    const handle = holding?.handle as ReadableHandle | undefined;
    if (!handle) throw new Error('the file is no longer known; drop it again');
    const permission = (await handle.queryPermission?.({ mode: 'read' })) ?? 'granted';
    if (permission !== 'granted') return undefined;
    const file = await handle.getFile();
    if (holding) holding.file = file;
    return { kind: 'file', file };
  }

  private attachWhenFree(id: string): void {
    const holding = this.holdings.get(id);
    if (!holding?.bytes || holding.waiting || !navigator.locks) return;
    const waiting = new AbortController();
    holding.waiting = waiting;
    whenFree(holding.bytes, waiting.signal)
      .then(() => {
        delete holding.waiting;
        if (this.entry(id)?.state.tag !== 'elsewhere') return undefined;
        return this.working(() => this.attachOne(id, false));
      })
      .catch(() => undefined);
  }

  /** No longer wait for another tab. */
  private letGo(id: string): void {
    const holding = this.holdings.get(id);
    holding?.waiting?.abort();
    delete holding?.waiting;
  }

  private async working<T>(task: () => Promise<T>): Promise<T> {
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

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** EBUSY of the storage worker: another tab has the image open for writing. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errno' in error && error.errno === EBUSY;
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

function isQuota(error: unknown): boolean {
  if (error instanceof DOMException) return error.name === 'QuotaExceededError';
  return error instanceof Error && 'errno' in error && error.errno === ENOSPC;
}

export type { ImageKeeping, ImageKind };
