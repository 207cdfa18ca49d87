// SPDX-License-Identifier: BSD-2-Clause
/** The catalogue of images kept in the browser: names, sizes, where the bytes are, snapshots. */
import { EINVAL, EIO, ENOENT } from '../../hypercall-js/errno.gen.ts';
import { completed, KEY_STEP, keyRange, openImageDatabase, requested } from './image_database.ts';
import { isZero, RECORD_BYTES } from './record_store.ts';
import { StoreError } from './store_error.ts';

const IMPORT_BATCH = 64;
/** The snapshot every image has that came from somewhere. */
export const AS_IT_CAME = 'as it came in';
/** Record number of the marker that reserves an image number; no image is that long. */
const MARKER = KEY_STEP - 2;

/** Records of an image between two snapshots, lowest first; the top one is written to. */
export interface ImageLayer {
  /** Number in the keys of its records; never used again. */
  readonly number: number;
  /** The snapshot that froze the layers below this one; '' for the lowest. */
  readonly name: string;
  /** ms since 1970 */
  readonly created: number;
}

export interface ImageEntry {
  readonly id: string;
  /** Number of the lowest layer. */
  readonly number: number;
  readonly name: string;
  readonly size: number;
  /** ms since 1970 */
  readonly created: number;
  /** What was found inside, such as `cd9660`; '' unknown. */
  readonly type: string;
  readonly storage: 'indexeddb' | 'opfs';
  readonly layers: readonly ImageLayer[];
  /** An overlay: the identity of the file or address whose bytes lie below. */
  readonly base?: string;
}

export type NewImage = Partial<Pick<ImageEntry, 'type' | 'id' | 'storage' | 'base'>>;

export const lockName = (id: string): string => `rumpus:image:${id}`;

export class ImageCatalogue {
  private constructor(readonly db: IDBDatabase) {}

  static async open(factory: IDBFactory = indexedDB): Promise<ImageCatalogue> {
    return new ImageCatalogue(await openImageDatabase(factory));
  }

  async list(): Promise<ImageEntry[]> {
    return await requested(this.db.transaction('images').objectStore('images').getAll() as IDBRequest<ImageEntry[]>);
  }

  async get(id: string): Promise<ImageEntry> {
    const entry = await requested(
      this.db.transaction('images').objectStore('images').get(id) as IDBRequest<ImageEntry | undefined>,
    );
    if (entry === undefined) throw new StoreError(ENOENT, 'this image is not stored here any more');
    return entry;
  }

  /** Enter an empty image. */
  async create(name: string, size: number, more: NewImage = {}): Promise<ImageEntry> {
    const entry = { ...(await this.reserve(name, size)), ...more };
    await this.put(entry);
    return entry;
  }

  /**
   * Enter an image that lies over a file or address: what is written is kept here, the rest is read there. Below the layer that
   * is written to lies an empty one, for fill().
   */
  async createOverlay(name: string, size: number, base: string, more: NewImage = {}): Promise<ImageEntry> {
    const live = await this.newLayer(AS_IT_CAME);
    const entry = { ...(await this.reserve(name, size)), ...more, base };
    const changed = { ...entry, layers: [...entry.layers, live] };
    await this.put(changed);
    return changed;
  }

  /**
   * Copy all of an overlay's base into its lowest layer; then it needs the base no more. It may be open and written to
   * meanwhile: what is copied in is what it reads there anyway. When it fails, the overlay is as before, and can be filled again.
   */
  async fill(id: string, pieces: AsyncIterable<Uint8Array>, onProgress?: (bytes: number) => void): Promise<void> {
    const { number, size } = await this.get(id);
    const done = await this.putPieces(number, pieces, onProgress);
    if (done !== size) throw new StoreError(EIO, `the file has ${done} bytes instead of ${size}`);
    await this.change(id, ({ base: _base, ...entry }) => entry);
  }

  /** Freeze what an image holds under a name. Who has it open must have written out everything, and write to the new layer. */
  async snapshot(id: string, name: string): Promise<ImageLayer> {
    const layer = await this.newLayer(name);
    await this.change(id, (entry) => {
      if (entry.storage !== 'indexeddb') throw new StoreError(EINVAL, 'images in the fast store have no snapshots');
      return { ...entry, layers: [...entry.layers, layer] };
    });
    return layer;
  }

  private async newLayer(name: string): Promise<ImageLayer> {
    return { number: (await this.reserve('', 0)).number, name, created: Date.now() };
  }

  /**
   * Back to a snapshot: what was written since, and later snapshots, are gone. Nobody may have it open.
   * @param layer  index in layers; of an overlay 0 means the bare base
   */
  async restore(id: string, layer: number): Promise<ImageEntry> {
    const entry = await this.get(id);
    const least = entry.base === undefined ? 1 : 0;
    const target = entry.layers[layer];
    if (target === undefined || layer < least) throw new StoreError(EINVAL, 'there is no such snapshot');
    const fresh = { ...target, number: (await this.newLayer('')).number };
    const layers = [...entry.layers.slice(0, layer), fresh];
    const changed = { ...entry, number: (layers[0] as ImageLayer).number, layers };
    const transaction = this.db.transaction(['images', 'records'], 'readwrite', { durability: 'strict' });
    for (const gone of entry.layers.slice(layer)) deleteLayer(transaction, gone);
    transaction.objectStore('images').put(changed);
    await completed(transaction);
    return changed;
  }

  private async put(entry: ImageEntry): Promise<void> {
    const transaction = this.db.transaction('images', 'readwrite', { durability: 'strict' });
    transaction.objectStore('images').put(entry);
    await completed(transaction);
  }

  /** Replace an entry by what is made of it, in one transaction. */
  private async change(id: string, make: (entry: ImageEntry) => ImageEntry): Promise<void> {
    const transaction = this.db.transaction('images', 'readwrite', { durability: 'strict' });
    const images = transaction.objectStore('images');
    const entry = await requested(images.get(id) as IDBRequest<ImageEntry | undefined>);
    if (entry === undefined) throw new StoreError(ENOENT, 'this image is not stored here any more');
    images.put(make(entry));
    await completed(transaction);
  }

  async update(id: string, change: { readonly name?: string; readonly type?: string }): Promise<void> {
    await this.change(id, (entry) => ({ ...entry, ...change }));
  }

  /** Forget an image and its records. */
  async remove(id: string): Promise<void> {
    const entry = await this.get(id);
    const transaction = this.db.transaction(['images', 'records'], 'readwrite', { durability: 'strict' });
    for (const layer of entry.layers) deleteLayer(transaction, layer);
    transaction.objectStore('images').delete(id);
    await completed(transaction);
  }

  /**
   * Copy bytes into the storage. The image appears in the catalogue only when it is complete, with a snapshot of what came in.
   * @param pieces      pieces of a multiple of 16 KiB, but for the last
   * @param onProgress  bytes done
   */
  async import(
    pieces: AsyncIterable<Uint8Array>,
    name: string,
    onProgress?: (bytes: number) => void,
    more: NewImage = {},
  ): Promise<ImageEntry> {
    const reserved = await this.reserve(name, 0);
    try {
      const size = await this.putPieces(reserved.number, pieces, onProgress);
      const live = await this.newLayer(AS_IT_CAME);
      const entry = { ...reserved, size, ...more, layers: [...reserved.layers, live] };
      await this.put(entry);
      return entry;
    } catch (error) {
      deleteLayer(this.db.transaction('records', 'readwrite'), { number: reserved.number });
      throw error;
    }
  }

  /** The bytes of an image are in the private file system now: its records and snapshots go. Nobody may have it open. */
  async movedToOpfs(id: string): Promise<void> {
    const entry = await this.get(id);
    const { number } = await this.newLayer('');
    await this.replaceLayers(entry, {
      ...entry,
      storage: 'opfs',
      number,
      layers: [{ number, name: '', created: Date.now() }],
    });
  }

  /** Take the bytes of an image out of the private file system. Nobody may have it open. */
  async takeFromOpfs(
    id: string,
    pieces: AsyncIterable<Uint8Array>,
    onProgress?: (bytes: number) => void,
  ): Promise<void> {
    const entry = await this.get(id);
    const lowest = await this.newLayer('');
    try {
      await this.putPieces(lowest.number, pieces, onProgress);
    } catch (error) {
      deleteLayer(this.db.transaction('records', 'readwrite'), lowest);
      throw error;
    }
    const layers = [lowest, await this.newLayer('as it came from the fast store')];
    await this.replaceLayers(entry, { ...entry, storage: 'indexeddb', number: lowest.number, layers });
  }

  private async replaceLayers(old: ImageEntry, entry: ImageEntry): Promise<void> {
    const transaction = this.db.transaction(['images', 'records'], 'readwrite', { durability: 'strict' });
    for (const layer of old.layers) deleteLayer(transaction, layer);
    transaction.objectStore('images').put(entry);
    await completed(transaction);
  }

  /** Write pieces as the records of a layer; answers the bytes. */
  private async putPieces(
    layer: number,
    pieces: AsyncIterable<Uint8Array>,
    onProgress?: (bytes: number) => void,
  ): Promise<number> {
    const [base] = keyRange(layer);
    let size = 0;
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length; at += IMPORT_BATCH * RECORD_BYTES) {
        const batch = piece.subarray(at, at + IMPORT_BATCH * RECORD_BYTES);
        await this.putRecords(base + (size + at) / RECORD_BYTES, batch);
        onProgress?.(size + at + batch.length);
      }
      size += piece.length;
    }
    return size;
  }

  /**
   * A number that no image and no left-over record has. Taken by a marker behind the last record in the transaction that
   * found it free: imports that run at the same time, here or in another tab, never share one.
   */
  private async reserve(name: string, size: number): Promise<ImageEntry> {
    const transaction = this.db.transaction(['images', 'records'], 'readwrite');
    const records = transaction.objectStore('records');
    const all = await requested(transaction.objectStore('images').getAll() as IDBRequest<ImageEntry[]>);
    const cursor = await requested(records.openKeyCursor(null, 'prev'));
    const used = Math.max(
      Math.max(0, ...all.flatMap(({ layers }) => layers.map((layer) => layer.number))),
      Math.floor(Number(cursor?.key ?? 0) / KEY_STEP),
    );
    records.put(new Uint8Array(0), keyRange(used + 1)[0] + MARKER);
    await completed(transaction);
    const created = Date.now();
    const layers = [{ number: used + 1, name: '', created }];
    return { id: crypto.randomUUID(), number: used + 1, name, size, created, type: '', storage: 'indexeddb', layers };
  }

  private async putRecords(key: number, bytes: Uint8Array): Promise<void> {
    const transaction = this.db.transaction('records', 'readwrite', { durability: 'relaxed' });
    const store = transaction.objectStore('records');
    for (let at = 0; at < bytes.length; at += RECORD_BYTES) {
      const record = new Uint8Array(RECORD_BYTES);
      record.set(bytes.subarray(at, at + RECORD_BYTES));
      if (!isZero(record)) store.put(record, key + at / RECORD_BYTES);
    }
    await completed(transaction);
  }

  close(): void {
    this.db.close();
  }
}

function deleteLayer(transaction: IDBTransaction, { number }: { readonly number: number }): void {
  const [from, to] = keyRange(number);
  transaction.objectStore('records').delete(IDBKeyRange.bound(from, to, false, true));
}
