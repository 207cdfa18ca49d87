// SPDX-License-Identifier: BSD-2-Clause
/**
 * The images drawer's engine, as the views use it. image_intake.ts takes files and addresses in, image_attacher.ts has them on the
 * kernel, image_list.ts holds the list; here is what a person does with an image that is there.
 */
import type { DiskView, KernelHandle } from '../kernel_api';
import { notify, type UiStore } from '../state/ui_store';
import { ImageAttacher } from './image_attacher';
import type { CatalogRecord, ImageCatalog, Snapshot } from './image_catalog';
import type { ImageEntry } from './image_entry';
import type { ImageIntake, IncomingFile } from './image_intake';
import { entryOf, ImageList, isAbort, isBusy, message, newId } from './image_list';
import { fileView, viewPieces } from './image_view';
import { askForCopy, serveTabs } from './other_tabs';
import { needRoom } from './storage_room';

/** Above this a file is read where it is rather than copied. */
export const COPY_LIMIT = 512 * 1024 * 1024;

export class ImageManager {
  private readonly list: ImageList;
  private readonly attacher: ImageAttacher;
  private readonly life = new AbortController();
  private intake: Promise<ImageIntake> | undefined;

  constructor(
    private readonly store: UiStore,
    private readonly catalog: ImageCatalog,
    private readonly copyLimit = COPY_LIMIT,
    /** Addresses to open with the first kernel. */
    private addresses: readonly string[] = [],
  ) {
    this.list = new ImageList(store);
    this.attacher = new ImageAttacher(this.list, catalog);
  }

  /** Fill the list from storage. */
  async load(): Promise<void> {
    serveTabs((bytes, record) => this.copyForTab(bytes, record), this.life.signal);
    this.store.setState({ imagesDurable: this.catalog.durable ? 'kept' : 'memory' });
    for (const record of await this.catalog.list()) {
      const { handle, bytes, identity, url } = record;
      this.list.add(entryOf(record), {
        ...(handle ? { handle } : {}),
        ...(bytes ? { bytes } : {}),
        ...(identity === undefined ? {} : { identity }),
        ...(url === undefined ? {} : { base: { kind: 'url', url } }),
      });
    }
  }

  async kernelReady(kernel: KernelHandle): Promise<void> {
    await this.attacher.kernelReady(kernel);
    const { addresses } = this;
    this.addresses = [];
    for (const address of addresses) void this.addUrl(address);
  }

  kernelGone(): void {
    this.attacher.kernelGone();
  }

  async add(incoming: readonly IncomingFile[]): Promise<void> {
    await this.list.working(async () => {
      const intake = await this.takeIn();
      for (const item of incoming) await intake.addFile(item);
    });
  }

  /** Open an image on a web server; one that is in the list already is attached. */
  async addUrl(url: string): Promise<void> {
    const address = URL.canParse(url, location.href) ? new URL(url, location.href).href : '';
    if (!/^https?:/.test(address)) {
      notify(
        this.store,
        'bad',
        `${url} is no address.`,
        'It should begin with https:// or name a file on this server.',
      );
      return;
    }
    const known = this.list.entries.find((entry) => entry.url === address);
    if (known !== undefined) return await this.attach(known.id);
    await this.list.working(async () => (await this.takeIn()).addUrl(address));
  }

  async choose(id: string, file: string): Promise<void> {
    await this.list.working(async () => (await this.takeIn()).chosen(id, file));
  }

  /** Stop the long task on an image. */
  cancel(id: string): void {
    this.list.holding(id).task?.abort();
  }

  private takeIn(): Promise<ImageIntake> {
    this.intake ??= import('./image_intake').then(
      ({ ImageIntake }) =>
        new ImageIntake(this.list, this.catalog, {
          copyLimit: this.copyLimit,
          attach: (id) => this.attacher.attach(id),
        }),
    );
    return this.intake;
  }

  async attach(id: string): Promise<void> {
    await this.attacher.want(id, true);
    await this.attacher.attach(id);
  }

  async detach(id: string): Promise<void> {
    if (await this.attacher.detach(id)) await this.attacher.want(id, false);
  }

  findPartitions(id: string): Promise<void> {
    return this.attacher.findPartitions(id);
  }

  async reconnect(id: string): Promise<void> {
    await this.attacher.want(id, true);
    await this.attacher.reconnect(id);
  }

  async rename(id: string, name: string): Promise<void> {
    const clean = name.trim();
    if (!clean) return;
    this.list.change(id, { name: clean });
    await this.catalog.change(id, { name: clean });
  }

  async remove(id: string): Promise<void> {
    if (!(await this.attacher.detach(id))) return;
    this.list.holding(id).task?.abort();
    this.attacher.letGo(id);
    const entry = this.list.entry(id);
    await this.telling(entry, 'deleted', async () => {
      if (entry?.state.tag !== 'choose') await this.catalog.remove(id);
      this.list.drop(id);
    });
  }

  snapshots(id: string): Promise<Snapshot[]> {
    return this.catalog.snapshots(id);
  }

  /** Freeze an image as it is now, also while it is mounted. */
  async snapshot(id: string, name: string): Promise<void> {
    const entry = this.list.entry(id);
    await this.telling(entry, 'frozen', async () => {
      const { kernel } = this.attacher;
      if (entry?.state.tag === 'attached' && kernel) await kernel.snapshotDisk(entry.state.device, name);
      else await this.catalog.snapshot(id, name);
      notify(this.store, 'good', `${entry?.name} can be brought back to “${name}”.`);
    });
  }

  /** Back to a snapshot. A mounted image is refused, one that is only attached is taken off meanwhile. */
  async restore(id: string, layer: number): Promise<void> {
    await this.takenOff(id, (entry) => this.telling(entry, 'brought back', () => this.catalog.restore(id, layer)));
  }

  /** Move the bytes to the fast store, or back. */
  async move(id: string, fast: boolean): Promise<void> {
    await this.takenOff(id, (entry) =>
      this.telling(entry, 'moved', async () => {
        await needRoom(this.catalog, entry?.size ?? 0);
        await this.list.task(id, 'moving', (progress, signal) =>
          this.catalog.move(id, fast ? 'opfs' : 'indexeddb', progress, signal),
        );
        this.list.change(id, { fast });
      }),
    );
  }

  /** Do something to an image that no kernel has; one that is attached comes back after it, a mounted one is refused. */
  private takenOff(id: string, body: (entry: ImageEntry | undefined) => Promise<void>): Promise<void> {
    return this.list.working(async () => {
      const entry = this.list.entry(id);
      const attached = entry?.state.tag === 'attached';
      if (!(await this.attacher.detach(id))) return;
      await body(entry);
      if (attached) await this.attacher.attach(id);
    });
  }

  /** Work on a copy of an image, as it is now; the tab that writes to it makes it. */
  async copy(id: string): Promise<void> {
    const entry = this.list.entry(id);
    const source = this.list.holding(id).bytes;
    if (!entry || !source) return;
    const name = entry.name.replace(/(\.[a-z0-9]+)?$/i, ' copy$1');
    await this.telling(entry, 'copied', async () => {
      const {
        identity: _identity,
        handle: _handle,
        url: _url,
        storage: _storage,
        ...old
      } = await this.catalog.record(id);
      const device = this.list.freeDevice();
      const record: CatalogRecord = { ...old, id: newId(), name, device, attach: true, keeping: 'stored' };
      const bytes = await (entry.state.tag === 'elsewhere' ? askForCopy(source, record) : this.copyHere(id, record));
      this.list.add(entryOf(record), { bytes });
      await this.attacher.attach(record.id);
    });
  }

  /** An image's bytes as they are now, also while it is mounted. */
  async view(id: string): Promise<DiskView> {
    const entry = this.list.entry(id);
    const { kernel } = this.attacher;
    if (entry?.state.tag === 'attached' && kernel) return await kernel.viewDisk(entry.state.device);
    const { base } = this.list.holding(id);
    if (entry?.keeping === 'visit' && base?.kind === 'file' && entry.format === undefined) return fileView(base.file);
    if (entry?.keeping !== 'stored') throw new Error('Attach it first: its bytes are in a file, its changes are here.');
    return await this.catalog.view(id);
  }

  /** A task on an image that the list shows. */
  task: ImageList['task'] = (...task) => this.list.task(...task);

  /** Resolves when nothing is being copied, attached or read. */
  whenIdle(): Promise<void> {
    return this.list.whenIdle();
  }

  private async copyHere(id: string, record: CatalogRecord): Promise<string> {
    await needRoom(this.catalog, record.size);
    return await this.catalog.store(record, viewPieces(await this.view(id)), () => undefined);
  }

  /** Another tab wants a copy; undefined when this one does not have the image. */
  private copyForTab(bytes: string, record: CatalogRecord): Promise<string> | undefined {
    const mine = this.list.entries.find((entry) => this.list.holding(entry.id).bytes === bytes);
    if (mine?.state.tag !== 'attached') return undefined;
    return this.list.working(() => this.copyHere(mine.id, record));
  }

  /** Say so when something cannot be done. */
  private async telling(entry: ImageEntry | undefined, done: string, body: () => Promise<void>): Promise<void> {
    try {
      await this.list.working(body);
    } catch (error) {
      if (isAbort(error)) return;
      const why = isBusy(error) ? 'Another tab has it open; close it there.' : message(error);
      notify(this.store, 'bad', `${entry?.name ?? 'The image'} was not ${done}.`, why);
    }
  }
}
