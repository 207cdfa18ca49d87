// SPDX-License-Identifier: BSD-2-Clause
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeKernel, fakeKernelHost } from '../fake_kernel';
import type { UiStore } from '../state/ui_store';
import { createUiStore } from '../state/ui_store';
import type { CatalogRecord, ImageCatalog } from './image_catalog';
import { ImageManager } from './image_manager';
import { memoryCatalog } from './memory_catalog';

function isoBytes(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(40 * 2048);
  bytes.set(new TextEncoder().encode('CD001'), 16 * 2048 + 1);
  return bytes;
}

/** Only its superblock's magic. */
function disk(name: string, filling = 0): File {
  const bytes = new Uint8Array(264 * 1024).fill(filling, 0, 512);
  new DataView(bytes.buffer).setUint32(65536 + 1372, 0x19540119, true);
  return new File([bytes], name);
}

const iso = (name = 'disc.iso'): File => new File([isoBytes()], name);

/** A durable catalogue that keeps records in memory and can be told to fail. */
function testCatalog(
  options: { room?: number; records?: CatalogRecord[] } = {},
): ImageCatalog & { stored: Map<string, CatalogRecord>; linked: CatalogRecord[] } {
  const linked: CatalogRecord[] = [];
  const stored = new Map((options.records ?? []).map((record) => [record.id, record]));
  return {
    ...memoryCatalog(),
    durable: true,
    stored,
    linked,
    link: async (record) => void linked.push(record),
    list: async () => [...stored.values()],
    overlay: async (record) => {
      stored.set(record.id, { ...record, bytes: `bytes-${record.id}` });
      return `bytes-${record.id}`;
    },
    fill: async (id, _base, progress) => {
      const { identity: _identity, ...record } = stored.get(id) as CatalogRecord;
      progress(1, 1);
      stored.set(id, { ...record, keeping: 'stored' });
    },
    remove: async (id) => void stored.delete(id),
    change: async (id, change) => {
      const record = stored.get(id);
      if (record) stored.set(id, { ...record, ...change });
    },
    room: async () => options.room,
  };
}

let kernel: FakeKernel;
let store: UiStore;

beforeEach(async () => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  store = createUiStore();
  const nothing = (): void => undefined;
  const host = fakeKernelHost((made) => {
    kernel = made;
  });
  const module = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  await host.boot({
    module,
    raw: undefined,
    shell: true,
    params: {},
    ncpu: 1,
    memoryMiB: undefined,
    onStage: nothing,
    onConsole: nothing,
    onPanic: nothing,
    onExit: nothing,
  });
});

async function manager(catalog: ImageCatalog): Promise<ImageManager> {
  const images = new ImageManager(store, catalog);
  await images.load();
  await images.kernelReady(kernel);
  return images;
}

const images = () => store.getState().images;

describe('ImageManager', () => {
  it('attaches a dropped image at once, with its changes in the storage, and keeps all of it', async () => {
    const catalog = testCatalog();
    const engine = await manager(catalog);
    await engine.add([{ file: iso() }, { file: disk('b.img') }]);
    await engine.whenIdle();
    const overlay = {
      kind: 'stored',
      base: { kind: 'file' },
      identity: expect.stringMatching(/^file 81920 \d+ [0-9a-f]{64}$/),
    };
    expect(kernel.attached.get('rd0')).toMatchObject({ readOnly: true, source: overlay });
    expect(kernel.attached.get('rd1')).toMatchObject({ readOnly: false, source: { kind: 'stored' } });
    expect(images()[0]).toMatchObject({
      name: 'disc.iso',
      keeping: 'stored',
      state: { tag: 'attached', device: 'rd0' },
    });
    expect(catalog.stored.size).toBe(2);
  });

  it('comes back under the same device, writable, from storage', async () => {
    const catalog = testCatalog();
    const first = await manager(catalog);
    await first.add([{ file: iso('a.iso') }, { file: disk('b.img') }]);
    await first.whenIdle();
    await first.remove(images()[0]?.id ?? '');
    store.setState({ images: [] });
    kernel.attached.clear();
    await manager(catalog);
    expect([...kernel.attached.keys()]).toEqual(['rd1']);
    expect(kernel.attached.get('rd1')).toMatchObject({ readOnly: false, source: { kind: 'stored' } });
  });

  it('refuses a text file with advice and stores nothing', async () => {
    const catalog = testCatalog();
    const engine = await manager(catalog);
    await engine.add([{ file: new File(['only words\n'], 'notes.txt') }]);
    expect(images()).toEqual([]);
    expect(kernel.attached.size).toBe(0);
    expect(store.getState().notices[0]).toMatchObject({ text: 'notes.txt was not attached.' });
    expect(store.getState().notices[0]?.hint).toMatch(/text file/);
  });

  it('still works when storage is full, and says that it will not be kept', async () => {
    const catalog = testCatalog({ room: 1024 });
    const engine = await manager(catalog);
    await engine.add([{ file: iso() }]);
    await engine.whenIdle();
    expect(images()[0]).toMatchObject({ keeping: 'visit', state: { tag: 'attached' } });
    expect(images()[0]).not.toHaveProperty('work');
    expect(kernel.attached.get('rd0')).toMatchObject({ source: { kind: 'scratch', base: { kind: 'file' } } });
    expect(store.getState().notices[0]?.hint).toMatch(/no room/);
    expect(catalog.stored.size).toBe(0);
  });

  it('says which image cannot be attached and lets one try again', async () => {
    const engine = await manager(testCatalog());
    kernel.attachDisk = () => Promise.reject(new Error('EIO'));
    await engine.add([{ file: iso() }]);
    expect(images()[0]?.state).toEqual({ tag: 'broken', reason: 'EIO' });
  });

  it('waits when another tab writes to the image, and attaches when it is free', async () => {
    const catalog = testCatalog();
    const engine = await manager(catalog);
    await engine.add([{ file: iso() }]);
    await engine.whenIdle();
    store.setState({ images: [] });
    let free: () => void = () => undefined;
    const request = vi.fn(
      () =>
        new Promise<void>((resolve) => {
          free = resolve;
        }),
    );
    vi.stubGlobal('navigator', { locks: { request } });
    const attach = kernel.attachDisk;
    kernel.attachDisk = () => Promise.reject(Object.assign(new Error('busy'), { errno: 16 }));
    const other = await manager(catalog);
    expect(images()[0]?.state).toEqual({ tag: 'elsewhere' });
    kernel.attachDisk = attach;
    free();
    await new Promise((resolve) => setTimeout(resolve, 0));
    await other.whenIdle();
    expect(images()[0]?.state).toMatchObject({ tag: 'attached' });
  });

  it('remembers a large file by its handle, and asks before it reads it again', async () => {
    const catalog = testCatalog();
    let permission = 'granted';
    const large = iso('large.iso');
    const handle = {
      kind: 'file',
      getFile: async () => large,
      queryPermission: async () => permission,
      requestPermission: async () => {
        permission = 'granted';
        return permission;
      },
    } as unknown as FileSystemFileHandle;
    const engine = new ImageManager(store, catalog, 1024);
    await engine.kernelReady(kernel);
    await engine.add([{ file: large, handle }]);
    await engine.whenIdle();
    expect(images()[0]).toMatchObject({ keeping: 'linked' });
    const [record] = catalog.stored.values();
    store.setState({ images: [] });
    kernel.attached.clear();
    permission = 'prompt';
    const next = new ImageManager(store, testCatalog({ records: record ? [record] : [] }), 1024);
    await next.load();
    await next.kernelReady(kernel);
    expect(images()[0]?.state).toEqual({ tag: 'asks' });
    await next.reconnect(images()[0]?.id ?? '');
    const identity = record?.identity;
    expect(kernel.attached.get('rd0')).toMatchObject({ source: { kind: 'stored', base: { kind: 'file' }, identity } });
  });

  it('keeps the changes of a large file it cannot remember, and goes on when that is dropped again', async () => {
    const catalog = testCatalog();
    const engine = new ImageManager(store, catalog, 1024);
    await engine.kernelReady(kernel);
    const file = disk('large.img');
    await engine.add([{ file }]);
    await engine.whenIdle();
    expect(images()[0]).toMatchObject({ keeping: 'changes', state: { tag: 'attached' } });
    store.setState({ images: [] });
    kernel.attached.clear();
    const next = new ImageManager(store, testCatalog({ records: [...catalog.stored.values()] }), 1024);
    await next.load();
    await next.kernelReady(kernel);
    expect(images()[0]?.state).toEqual({ tag: 'missing' });
    await next.add([{ file: disk('another.img', 1) }]);
    expect(images()).toHaveLength(2);
    await next.add([{ file }]);
    expect(images()).toHaveLength(2);
    expect(images()[0]?.state).toMatchObject({ tag: 'attached' });
    expect(kernel.attached.get('rd0')).toMatchObject({ source: { kind: 'stored', id: expect.any(String) } });
  });

  it('lets images go when the kernel ends and takes them back', async () => {
    const engine = await manager(testCatalog());
    await engine.add([{ file: iso() }]);
    engine.kernelGone();
    expect(images()[0]?.state).toEqual({ tag: 'detached' });
    kernel.attached.clear();
    await engine.kernelReady(kernel);
    expect(kernel.attached.has('rd0')).toBe(true);
  });
});
