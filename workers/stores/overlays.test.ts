// SPDX-License-Identifier: BSD-2-Clause
/** Overlays that are filled while they are used, snapshots of disks that are written to: always compared with a plain array. */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { beforeEach, expect, test } from 'vitest';
import { openIdbImage } from './idb_block_store.ts';
import { ImageCatalogue } from './image_catalogue.ts';
import { MemoryBlockStore } from './memory_block_store.ts';
import type { RecordCache } from './record_cache.ts';
import { storePieces } from './store_pieces.ts';
import { ViewableStore } from './viewable_store.ts';

Object.assign(globalThis, { IDBKeyRange });
const SIZE = (3 << 20) + 512;
const BASE = 'the file';

let catalogue: ImageCatalogue;
let factory: IDBFactory;
let base: MemoryBlockStore;
let model: Uint8Array;
let id: string;
let random: () => number;

beforeEach(async () => {
  factory = new IDBFactory();
  catalogue = await ImageCatalogue.open(factory);
  let x = 5;
  random = () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x / 2 ** 32;
  };
  model = new Uint8Array(SIZE);
  for (let at = 0; at < SIZE; at += 50_000) if (random() < 0.6) model.fill(random() * 255, at, at + 40_000);
  base = MemoryBlockStore.of(model.slice());
  id = (await catalogue.createOverlay('disk', SIZE, BASE)).id;
});

const open = (withBase: boolean): Promise<RecordCache> =>
  openIdbImage(id, {
    readOnly: false,
    factory,
    locks: undefined,
    ...(withBase ? { base: { store: base, identity: BASE } } : {}),
  });

async function scribble(store: RecordCache | ViewableStore, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const at = Math.floor(random() * SIZE);
    const length = Math.min(SIZE - at, Math.floor(random() ** 2 * 60_000));
    const zero = random() < 0.3;
    const bytes = new Uint8Array(length).fill(zero ? 0 : random() * 255);
    if (zero && random() < 0.5) await store.discard(at, length);
    else await store.write(at, bytes, { sync: random() < 0.1 });
    model.set(bytes, at);
  }
}

async function same(store: RecordCache | ViewableStore, expected = model): Promise<void> {
  const all = new Uint8Array(SIZE);
  await store.read(0, all);
  expect(Buffer.compare(all, expected)).toBe(0);
}

test('an overlay that is written to while its base is copied in needs the base no more', async () => {
  const store = await open(true);
  await scribble(store, 20);
  const filled = catalogue.fill(id, storePieces(base));
  await scribble(store, 60);
  await filled;
  await same(store);
  await scribble(store, 20);
  await store.close();
  expect((await catalogue.get(id)).base).toBeUndefined();
  const again = await open(false);
  await same(again);
  await again.close();
  const untouched = base;
  await catalogue.restore(id, 1);
  const reset = await open(false);
  const all = new Uint8Array(SIZE);
  await untouched.read(0, all);
  await same(reset, all);
});

test('a copy that breaks off leaves the overlay as it was, and can be made again', async () => {
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of storePieces(base)) {
      yield piece;
      throw new Error('the stick was pulled');
    }
  };
  const store = await open(true);
  await scribble(store, 20);
  await expect(catalogue.fill(id, broken())).rejects.toThrow(/pulled/);
  await same(store);
  await store.close();
  await expect(open(false)).rejects.toMatchObject({ errno: 70 });
  await catalogue.fill(id, storePieces(base));
  const again = await open(false);
  await same(again);
});

test('snapshots of a disk that is written to bring back what it held then', async () => {
  const store = new ViewableStore(await open(true));
  const moments: Uint8Array[] = [];
  for (const name of ['one', 'two', 'three']) {
    await scribble(store, 15);
    moments.push(model.slice());
    await store.snapshot(name);
  }
  await catalogue.fill(id, storePieces(base));
  await scribble(store, 15);
  await same(store);
  await store.close();
  const { layers } = await catalogue.get(id);
  expect(layers.map(({ name }) => name)).toEqual(['', 'as it came in', 'one', 'two', 'three']);
  for (const [layer, moment] of [
    [4, moments[2]],
    [3, moments[1]],
    [2, moments[0]],
  ] as const) {
    await catalogue.restore(id, layer);
    const back = await open(false);
    await same(back, moment);
    await back.close();
  }
});

test('a view has the bytes of its moment across a snapshot', async () => {
  const store = new ViewableStore(await open(true));
  await scribble(store, 10);
  const moment = model.slice();
  const view = await store.view();
  await store.snapshot('meanwhile');
  await scribble(store, 30);
  const seen = new Uint8Array(SIZE);
  for (const { start, end } of view.ranges) await view.read(start, seen.subarray(start, end));
  expect(Buffer.compare(seen, moment)).toBe(0);
  await same(store);
});
