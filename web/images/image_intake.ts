// SPDX-License-Identifier: BSD-2-Clause
/**
 * Takes files and addresses in. What a file is, its content says:
 *
 *	raw, qcow2, VMDK, VHD	attached at once, however large; what is written goes to an overlay in the storage. Up to COPY_LIMIT
 *				all of it is copied in beside that, and then the file is needed no more.
 *	gzip, zstd, zip		unpacked into the storage first, with a way to cancel.
 */
import { HEAD_BYTES, imageKind } from '../../userland/disk/image_kind';
import type { BaseSource } from '../../workers/protocol';
import { BlobBlockStore } from '../../workers/stores/blob_block_store';
import type { BlockStore } from '../../workers/stores/block_store';
import { type DiskFormat, formatOf, openDisk } from '../../workers/stores/formats/disk_format';
import { notify } from '../state/ui_store';
import type { CatalogRecord, ImageCatalog, Packed } from './image_catalog';
import type { ImageEntry } from './image_entry';
import { entryOf, type Holding, type ImageList, isAbort, isQuota, message, newId } from './image_list';
import { needRoom } from './storage_room';

export interface IncomingFile {
  readonly file: File;
  readonly handle?: FileSystemFileHandle;
}

export interface IntakeOptions {
  readonly copyLimit: number;
  attach(id: string): Promise<void>;
}

interface Found {
  readonly name: string;
  readonly source: BaseSource;
  /** Of the file or address and its version; undefined when it cannot be told. */
  readonly identity: string;
  readonly handle?: FileSystemFileHandle;
}

export class ImageIntake {
  constructor(
    private readonly list: ImageList,
    private readonly catalog: ImageCatalog,
    private readonly options: IntakeOptions,
  ) {}

  async addFile({ file, handle }: IncomingFile): Promise<void> {
    try {
      await file.slice(0, 1).arrayBuffer();
    } catch (error) {
      const hint =
        'If it is a folder, make an image of it first; if it is a file, check that it still exists and may be read.';
      notify(this.list.store, 'bad', `${file.name} cannot be read (${message(error)}).`, hint);
      return;
    }
    await this.refusing(file.name, async () => {
      const { fileIdentity } = await import('../../workers/stores/base_identity');
      const source: BaseSource = { kind: 'file', file };
      const identity = await fileIdentity(file);
      await this.take({ name: file.name, source, identity, ...(handle ? { handle } : {}) }, new BlobBlockStore(file));
    });
  }

  async addUrl(url: string): Promise<void> {
    const name = decodeURIComponent(new URL(url).pathname.split('/').pop() || url);
    await this.refusing(name, async () => {
      const { HttpBlockStore } = await import('../../workers/stores/http_block_store');
      const store = await HttpBlockStore.open(url);
      await this.take({ name, source: { kind: 'url', url }, identity: store.identity }, store);
    });
  }

  /** An archive's file was chosen. */
  async chosen(id: string, name: string): Promise<void> {
    const { base } = this.list.holding(id);
    if (base !== undefined) await this.unpack(id, { source: base, format: 'zip', entry: name });
  }

  private async refusing(name: string, body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      notify(this.list.store, 'bad', `${name} was not attached.`, message(error));
    }
  }

  private async take(found: Found, file: BlockStore): Promise<void> {
    const format = await formatOf(file);
    if (format === 'gzip' || format === 'zstd') await this.takePacked(found, { source: found.source, format });
    else if (format === 'zip') await this.takeArchive(found, file);
    else await this.takeDisk(found, file);
  }

  private async takeDisk(found: Found, file: BlockStore): Promise<void> {
    const { store, format } = await openDisk(file);
    const head = new Uint8Array(Math.min(HEAD_BYTES, store.size));
    await store.read(0, head).finally(() => store.close());
    const kind = imageKind(head, store.size);
    if (!kind.accepted) throw new Error(kind.advice);
    const known = this.knownOverlay(found);
    if (known !== undefined) return await this.reunite(known, found);
    const record: CatalogRecord = {
      id: newId(),
      name: found.name,
      size: store.size,
      device: this.list.freeDevice(),
      head,
      attach: true,
      keeping: found.handle || found.source.kind === 'url' ? 'linked' : 'changes',
      identity: found.identity,
      ...(found.source.kind === 'url' ? { url: found.source.url } : {}),
      ...(found.handle ? { handle: found.handle } : {}),
    };
    await this.enter(record, found, format);
  }

  /** An image whose changes wait for this file. */
  private knownOverlay({ identity }: Found): ImageEntry | undefined {
    return this.list.entries.find(
      ({ id, keeping, state }) =>
        keeping !== 'stored' &&
        keeping !== 'visit' &&
        state.tag !== 'attached' &&
        this.list.holding(id).identity === identity,
    );
  }

  private async reunite({ id }: ImageEntry, { source, handle }: Found): Promise<void> {
    Object.assign(this.list.holding(id), { base: source }, handle ? { handle } : {});
    if (handle) await this.catalog.change(id, { handle });
    await this.options.attach(id);
    void this.list.working(() => this.keepWhole(id));
  }

  private async enter(record: CatalogRecord, found: Found, format: DiskFormat): Promise<void> {
    const holding: Holding = { base: found.source, ...(found.handle ? { handle: found.handle } : {}) };
    const overlaid = await this.overlay(record, holding);
    this.list.add(newEntry(record, format, overlaid), holding);
    this.list.store.setState({ sidePanel: 'images', sideOpen: true });
    await this.options.attach(record.id);
    if (overlaid) void this.list.working(() => this.keepWhole(record.id));
  }

  /** Make room for changes; false: they are kept in memory, for this visit. */
  private async overlay(record: CatalogRecord, holding: Holding): Promise<boolean> {
    if (!this.catalog.durable) return false;
    try {
      await needRoom(this.catalog, 0);
      holding.bytes = await this.catalog.overlay(record);
      if (record.identity !== undefined) holding.identity = record.identity;
      return true;
    } catch (error) {
      const why = isQuota(error) ? noRoom : message(error);
      notify(this.list.store, 'info', `${record.name} works now, but will not be here after a reload.`, why);
      return false;
    }
  }

  /** Copy all of an image in, when it is not too large; then it needs its file no more. */
  private async keepWhole(id: string): Promise<void> {
    const entry = this.list.entry(id);
    const holding = this.list.holding(id);
    const { base } = holding;
    if (entry === undefined || base === undefined || base.kind === 'url' || entry.size > this.options.copyLimit) return;
    try {
      await needRoom(this.catalog, entry.size);
      await this.list.task(id, 'keeping', (progress, signal) => this.catalog.fill(id, base, progress, signal));
      this.list.change(id, { keeping: 'stored' });
      delete holding.base;
      delete holding.identity;
    } catch (error) {
      if (isAbort(error)) return;
      const how = entry.keeping === 'changes' ? ' After a reload, drop the file again to go on.' : '';
      notify(
        this.list.store,
        'info',
        `Of ${entry.name} only the changes are kept here.`,
        `${isQuota(error) ? noRoom : message(error)}${how}`,
      );
    }
  }

  private async takeArchive(found: Found, file: BlockStore): Promise<void> {
    const { zipEntries } = await import('../../workers/stores/formats/zip');
    const files = await zipEntries(file).finally(() => file.close());
    const [only] = files;
    if (only === undefined) throw new Error('There is no file in this archive.');
    const packed: Packed = { source: found.source, format: 'zip', entry: only.name };
    if (files.length === 1) return await this.takePacked(found, packed);
    const id = this.addUnready(found, 'zip');
    this.list.change(id, { state: { tag: 'choose', files: files.map(({ name, size }) => ({ name, size })) } });
  }

  private async takePacked(found: Found, packed: Packed): Promise<void> {
    await this.unpack(this.addUnready(found, packed.format), packed);
  }

  private addUnready({ name, source }: Found, format: string): string {
    const record: CatalogRecord = {
      id: newId(),
      name,
      size: source.kind === 'file' ? source.file.size : 0,
      device: this.list.freeDevice(),
      head: new Uint8Array(0),
      attach: true,
      keeping: 'stored',
    };
    this.list.add({ ...newEntry(record, 'raw', false), format, state: { tag: 'unpacking' } }, { base: source });
    this.list.store.setState({ sidePanel: 'images', sideOpen: true });
    return record.id;
  }

  private async unpack(id: string, packed: Packed): Promise<void> {
    const entry = this.list.entry(id);
    if (entry === undefined) return;
    this.list.change(id, { state: { tag: 'unpacking' } });
    const name = packed.entry?.split('/').pop() ?? entry.name.replace(/\.(?:gz|zst|zip)$/i, '');
    try {
      const { device } = entry;
      const empty = new Uint8Array(0);
      const draft: CatalogRecord = { id, name, size: 0, device, head: empty, attach: true, keeping: 'stored' };
      await this.list.task(id, 'unpacking', async (progress, signal) => {
        await needRoom(this.catalog, entry.size);
        const record = await this.catalog.unpack(draft, packed, progress, signal);
        Object.assign(this.list.holding(id), { bytes: record.bytes });
        delete this.list.holding(id).base;
        this.list.change(id, { ...newEntry(record, 'raw', true), format: packed.format, keeping: 'stored' });
      });
      await this.options.attach(id);
    } catch (error) {
      this.list.drop(id);
      if (isAbort(error)) return;
      notify(this.list.store, 'bad', `${entry.name} was not unpacked.`, isQuota(error) ? noRoom : message(error));
    }
  }
}

const noRoom = 'The browser has no room left for it. Remove an image, or free space on the disk.';

function newEntry(record: CatalogRecord, format: DiskFormat, kept: boolean): ImageEntry {
  const entry = entryOf(record);
  return { ...entry, keeping: kept ? entry.keeping : 'visit', ...(format === 'raw' ? {} : { format }) };
}
