// SPDX-License-Identifier: BSD-2-Clause
/** Bundled into a bare page by e2e/host_page.ts: drives stores and kernels in a real browser without the application. */
import { bootKernel } from '../kernel_host.ts';
import type { Platform, WorkerHandle } from '../platform.ts';
import { blobPieces } from '../stores/blob_pieces.ts';
import type { BlockStore } from '../stores/block_store.ts';
import { openIdbImage } from '../stores/idb_block_store.ts';
import { ImageCatalogue } from '../stores/image_catalogue.ts';
import { settleLog } from '../stores/log_settling.ts';
import { openStore } from '../stores/open_store.ts';
import { OpfsBlockStore } from '../stores/opfs_block_store.ts';

const BLOCK = 4096;
const SLOTS = 512;

/** Workers from scripts beside the page. */
const platform: Platform = {
  createWorker(role): WorkerHandle {
    const worker = new Worker(`/${role}.worker.mjs`, { type: 'module' });
    return {
      post: (message) => worker.postMessage(message),
      onMessage: (listener) => worker.addEventListener('message', (event) => listener(event.data)),
      onError: (listener) =>
        worker.addEventListener('error', (event) => listener(event.message || 'script failed to load')),
      terminate: async () => worker.terminate(),
    };
  },
};

type Storage = 'indexeddb' | 'opfs';

/** OPFS handles are given to workers only, so the loops below run in one for either storage. */
async function openImage(storage: Storage): Promise<BlockStore> {
  const id = `durable-${storage}`;
  const catalogue = await ImageCatalogue.open();
  const there = (await catalogue.list()).some((entry) => entry.id === id);
  if (!there && storage === 'opfs') await OpfsBlockStore.create(id, SLOTS * BLOCK, id);
  else if (!there) await catalogue.create(id, SLOTS * BLOCK, { id });
  catalogue.close();
  return await openStore({ kind: 'stored', id }, false);
}

/** Write numbered blocks until the browser dies. `ack` says that everything up to this number was synced. */
async function writeForever(storage: Storage, first: number): Promise<void> {
  const store = await openImage(storage);
  for (let n = first; ; n++) {
    const sync = n % 8 === 0;
    const block = new Uint32Array(BLOCK / 4).fill(n);
    await store.write((n % SLOTS) * BLOCK, new Uint8Array(block.buffer), { sync });
    if (sync) console.log(`ack ${n}`);
    // A console message leaves this process before the next write is begun.
    if (sync) await new Promise((resolve) => setTimeout(resolve));
  }
}

/** The number in each slot; -1 = torn. */
async function readSlots(storage: Storage): Promise<number[]> {
  const store = await openImage(storage);
  const out: number[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    const block = new Uint8Array(BLOCK);
    await store.read(slot * BLOCK, block);
    const words = new Uint32Array(block.buffer);
    out.push(words.every((w) => w === words[0]) ? (words[0] as number) : -1);
  }
  await store.close();
  return out;
}

/** Figures of the store: operations or MB per second. */
async function measure(): Promise<Record<string, number>> {
  const catalogue = await ImageCatalogue.open();
  const size = 32 << 20;
  const { id } = await catalogue.create('speed', size);
  const out: Record<string, number> = {};
  const timed = async (name: string, amount: number, body: () => Promise<void>): Promise<void> => {
    const start = performance.now();
    await body();
    out[name] = Math.round((amount * 1000) / (performance.now() - start));
  };
  const piece = new Uint8Array(65536).fill(1);
  let store = await openIdbImage(id, { readOnly: false });
  await timed('write_MBps', 32, async () => {
    for (let at = 0; at < size; at += piece.length) await store.write(at, piece, { sync: false });
    await store.flush();
  });
  await timed('sync_4k_per_s', 200, async () => {
    for (let i = 0; i < 200; i++)
      await store.write(((i * 7919) % 8000) * 4096, piece.subarray(0, 4096), { sync: true });
  });
  await store.close();
  store = await openIdbImage(id, { readOnly: false });
  await timed('read_MBps', 32, async () => {
    for (let at = 0; at < size; at += piece.length) await store.read(at, piece);
  });
  await store.close();
  store = await openIdbImage(id, { readOnly: false });
  await timed('random_4k_read_per_s', 500, async () => {
    for (let i = 0; i < 500; i++) await store.read(((i * 7919) % 8000) * 4096, piece.subarray(0, 4096));
  });
  await store.close();
  store = await openIdbImage(id, { readOnly: false });
  await timed('random_4k_read_32_in_flight_per_s', 1600, async () => {
    for (let i = 0; i < 50; i++) {
      await Promise.all(
        Array.from({ length: 32 }, (_, j) => store.read((((i * 32 + j) * 7919) % 8000) * 4096, new Uint8Array(4096))),
      );
    }
  });
  await store.close();
  await catalogue.remove(id);
  catalogue.close();
  return out;
}

/** Boot the border kernel, give it a stored image, return what it printed and how it went. */
async function border(): Promise<{ text: string; failures: number; disk: number; startNs: number[]; bootMs: number }> {
  let text = '';
  const bytes = new Uint8Array(await (await fetch('/border.wasm')).arrayBuffer());
  const start = performance.now();
  const kernel = await bootKernel({
    platform,
    kernel: bytes,
    memoryBytes: 64 << 20,
    params: { RUMP_BORDER: '0123456789' },
    programs: 0,
    onConsole: (b) => {
      text += new TextDecoder().decode(b);
    },
  });
  const bootMs = performance.now() - start;
  const failures = Number(await kernel.callSymbol('border_failures', []));
  const disk = new Uint8Array(1 << 20);
  disk[0] = 0x52;
  const catalogue = await ImageCatalogue.open();
  const { id } = await catalogue.import(blobPieces(new Blob([disk])), 'border0');
  await kernel.attachDisk({ name: 'border0', source: { kind: 'stored', id } });
  await kernel.attachDisk({ name: 'border1', source: { kind: 'file', file: new Blob(['x'.repeat(512)]) } });
  const diskFailures = Number(await kernel.callSymbol('border_disk', []));
  const second = await openIdbImage(id, { readOnly: false }).then(
    () => 'opened twice',
    (error: Error) => error.message,
  );
  if (!second.includes('another tab')) text += `FAIL lock: ${second}\n`;
  const startNs: number[] = [];
  for (let i = 0; i < 20; i++) startNs.push(Number(await kernel.callSymbol('border_start', [])));
  await kernel.detachDisk('border0');
  await kernel.dispose();
  await catalogue.remove(id);
  catalogue.close();
  return { text, failures, disk: diskFailures, startNs, bootMs };
}

/** The same function in a worker of this script. */
function inWorker(name: 'writeForever' | 'readSlots', args: readonly unknown[]): Promise<unknown> {
  const worker = new Worker('/browser_page.mjs', { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = (event: MessageEvent<{ value?: unknown; error?: string }>) => {
      if (event.data.error === undefined) resolve(event.data.value);
      else reject(new Error(event.data.error));
      worker.terminate();
    };
    worker.postMessage({ name, args });
  });
}

if (!('document' in globalThis)) {
  const body = { writeForever, readSlots } as Record<string, (...args: never[]) => Promise<unknown>>;
  self.onmessage = (event: MessageEvent<{ name: string; args: never[] }>) => {
    void body[event.data.name]?.(...event.data.args).then(
      (value) => self.postMessage({ value }),
      (error) => self.postMessage({ error: String(error) }),
    );
  };
} else {
  // As the page does it.
  const settled = settleLog();
  Object.assign(globalThis, {
    rumpusTest: {
      writeForever: (storage: Storage, first: number) => inWorker('writeForever', [storage, first]),
      readSlots: (storage: Storage) => settled.then(() => inWorker('readSlots', [storage])),
      measure,
      border,
    },
  });
}
