// SPDX-License-Identifier: BSD-2-Clause
/** Attaches images to the kernel as /dev/rdN, and waits for those another tab has. */
import { ESTALE } from '../../hypercall-js/errno.gen';
import type { DiskSource, KernelHandle } from '../kernel_api';
import { notify } from '../state/ui_store';
import type { ImageCatalog } from './image_catalog';
import { type Holding, type ImageList, isBusy, message } from './image_list';
import { whenFree } from './image_lock';

type ReadableHandle = FileSystemFileHandle & {
  queryPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
  requestPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
};

/** Never written to: any number of tabs may have one. */
const READ_ONLY: ReadonlySet<string | undefined> = new Set(['cd9660']);

const CHANGED =
  'The file is not what it was when the changes here were made, and they fit only that one. Drop the old file again, or reset the image to go on with the new one.';

export class ImageAttacher {
  kernel: KernelHandle | undefined;

  constructor(
    private readonly list: ImageList,
    private readonly catalog: ImageCatalog,
  ) {}

  /** A kernel is up: attach what was attached before. */
  async kernelReady(kernel: KernelHandle): Promise<void> {
    this.kernel = kernel;
    const wanted = this.list.entries.filter((entry) => entry.wanted);
    await Promise.all(wanted.map((entry) => this.attach(entry.id)));
  }

  /** The kernel is gone; images stay in the list. */
  kernelGone(): void {
    this.kernel = undefined;
    for (const { id, state } of this.list.entries) {
      this.letGo(id);
      if (state.tag === 'attached' || state.tag === 'attaching' || state.tag === 'elsewhere')
        this.list.change(id, { state: { tag: 'detached' } });
    }
  }

  async want(id: string, wanted: boolean): Promise<void> {
    if (this.list.entry(id)?.wanted === wanted) return;
    this.list.change(id, { wanted });
    await this.catalog.change(id, { attach: wanted });
  }

  attach(id: string): Promise<void> {
    return this.list.working(() => this.attachOne(id));
  }

  private async attachOne(id: string): Promise<void> {
    const entry = this.list.entry(id);
    const { kernel } = this;
    if (!entry || !kernel || ['attached', 'attaching', 'unpacking', 'choose'].includes(entry.state.tag)) return;
    this.list.change(id, { state: { tag: 'attaching' } });
    try {
      const source = await this.sourceOf(id);
      if (source === 'asks' || source === 'missing') {
        this.list.change(id, { state: { tag: source } });
        return;
      }
      const readOnly = READ_ONLY.has(entry.kind.fs) || source.kind === 'file' || source.kind === 'url';
      await kernel.attachDisk({ name: entry.device, source, readOnly });
      this.list.change(id, { state: { tag: 'attached', device: entry.device, readOnly } });
      if (entry.kind.fs === undefined) void this.list.working(() => this.findPartitions(id));
    } catch (error) {
      if (isBusy(error)) {
        this.list.change(id, { state: { tag: 'elsewhere' } });
        this.attachWhenFree(id);
        return;
      }
      const stale = error instanceof Error && 'errno' in error && error.errno === ESTALE;
      this.list.change(id, { state: { tag: 'broken', reason: stale ? CHANGED : message(error) } });
    }
  }

  /** Ask the kernel for the partitions of a disk; those of a disk that has none of its own are shown as none. */
  async findPartitions(id: string): Promise<void> {
    const entry = this.list.entry(id);
    if (entry?.state.tag !== 'attached') return;
    const { device } = entry.state;
    const wedges = await this.kernel?.wedges(device).catch(() => undefined);
    const { state } = this.list.entry(id) ?? {};
    if (wedges !== undefined && state?.tag === 'attached') this.list.change(id, { state: { ...state, wedges } });
  }

  /** Where to read an image from now, or why not yet. */
  private async sourceOf(id: string): Promise<DiskSource | 'asks' | 'missing'> {
    const holding = this.list.holding(id);
    const stored = holding.bytes;
    if (stored !== undefined && holding.identity === undefined) return { kind: 'stored', id: stored };
    const base = await baseOf(holding);
    if (base === 'asks' || base === 'missing') return base;
    if (stored === undefined) return { kind: 'scratch', base };
    return { kind: 'stored', id: stored, base, identity: await identityOf(holding) };
  }

  /** False when it stays attached, and the user has been told why. */
  async detach(id: string): Promise<boolean> {
    const entry = this.list.entry(id);
    if (entry?.state.tag !== 'attached' || !this.kernel) return true;
    const { device } = entry.state;
    try {
      await this.kernel.detachDisk(device);
    } catch (error) {
      const hint = `Unmount it first: umount /dev/${device} (${message(error)})`;
      notify(this.list.store, 'bad', `/dev/${device} is in use.`, hint);
      return false;
    }
    this.letGo(id);
    this.list.change(id, { state: { tag: 'detached' } });
    return true;
  }

  /** The browser asked for a click before a remembered file is read again; this is that click. */
  async reconnect(id: string): Promise<void> {
    const handle = this.list.holding(id).handle as ReadableHandle | undefined;
    const answer = await handle?.requestPermission?.({ mode: 'read' });
    if (answer === 'granted') await this.attach(id);
    else
      notify(
        this.list.store,
        'bad',
        'The browser may not read the file.',
        'Allow it when asked, or drop the file again.',
      );
  }

  private attachWhenFree(id: string): void {
    const holding = this.list.holding(id);
    if (!holding.bytes || holding.waiting || !navigator.locks) return;
    const waiting = new AbortController();
    holding.waiting = waiting;
    whenFree(holding.bytes, waiting.signal)
      .then(() => {
        delete holding.waiting;
        return this.list.entry(id)?.state.tag === 'elsewhere' ? this.attach(id) : undefined;
      })
      .catch(() => undefined);
  }

  /** No longer wait for another tab. */
  letGo(id: string): void {
    const holding = this.list.holding(id);
    holding.waiting?.abort();
    delete holding.waiting;
  }
}

async function baseOf(holding: Holding): Promise<NonNullable<Holding['base']> | 'asks' | 'missing'> {
  if (holding.base !== undefined) return holding.base;
  const handle = holding.handle as ReadableHandle | undefined;
  if (handle === undefined) return 'missing';
  const permission = (await handle.queryPermission?.({ mode: 'read' })) ?? 'granted';
  if (permission !== 'granted') return 'asks';
  holding.base = { kind: 'file', file: await handle.getFile() };
  return holding.base;
}

/** Of the base as it is now: a file may have changed since. */
async function identityOf({ base, identity = '' }: Holding): Promise<string> {
  if (base?.kind !== 'file' || !(base.file instanceof File)) return identity;
  const { fileIdentity } = await import('../../workers/stores/base_identity');
  return await fileIdentity(base.file);
}
