// SPDX-License-Identifier: BSD-2-Clause
/**
 * The storage worker's logic: takes requests from the ring in shared memory, lets the stores work on them at the same time,
 * and publishes each completion exactly once. Never blocks.
 */
import { EIO, ENXIO } from '../hypercall-js/errno.gen.ts';
import {
  D_STATE,
  DS_GONE,
  DS_READY,
  H_COMP_HEAD,
  H_REQ_SEQ,
  MAX_DISKS,
  MAX_REQS,
  type Mailbox,
  R_BYTES,
  R_DISK,
  R_ERROR,
  R_FLAGS,
  R_FN,
  R_LEN,
  R_OFF_HI,
  R_OFF_LO,
  R_OP,
  R_PTR,
  R_STATE,
  RO_BARRIER,
  RO_CLOSE,
  RO_CREATE,
  RO_READ,
  RO_SYNC,
  RO_WRITE,
  RS_DONE,
  RS_POSTED,
  RS_TAKEN,
} from '../hypercall-js/mailbox.ts';
import { WordWatcher } from './host_events.ts';
import type { BlockStore } from './stores/block_store.ts';
import { MemoryBlockStore } from './stores/memory_block_store.ts';
import { StoreError } from './stores/store_error.ts';

export class StorageServer {
  private readonly stores = new Map<number, BlockStore>();
  private readonly memory: Uint8Array;
  private readonly watcher: WordWatcher;

  constructor(
    private readonly mailbox: Mailbox,
    memory: WebAssembly.Memory,
  ) {
    this.memory = new Uint8Array(memory.buffer);
    this.watcher = new WordWatcher(mailbox.words, H_REQ_SEQ, () => this.takeAll());
    this.takeAll();
  }

  add(disk: number, store: BlockStore): void {
    this.stores.set(disk, store);
  }

  async remove(disk: number): Promise<void> {
    const store = this.stores.get(disk);
    this.stores.delete(disk);
    await store?.close();
  }

  /** Flush and close everything. */
  async close(): Promise<void> {
    for (let disk = 0; disk < MAX_DISKS; disk++) {
      const d = this.mailbox.disk(disk);
      if (this.stores.has(disk)) Atomics.compareExchange(this.mailbox.words, d + D_STATE, DS_READY, DS_GONE);
      await this.remove(disk);
    }
    this.watcher.stop();
  }

  private takeAll(): void {
    const { words } = this.mailbox;
    for (let slot = 0; slot < MAX_REQS; slot++) {
      const r = this.mailbox.req(slot);
      if (Atomics.compareExchange(words, r + R_STATE, RS_POSTED, RS_TAKEN) === RS_POSTED) void this.serve(slot, r);
    }
  }

  private async serve(slot: number, r: number): Promise<void> {
    const { words } = this.mailbox;
    let error = 0;
    let bytes = 0;
    try {
      bytes = await this.perform(r);
    } catch (e) {
      error = e instanceof StoreError ? e.errno : EIO;
    }
    words[r + R_ERROR] = error;
    words[r + R_BYTES] = bytes;
    if (words[r + R_FN] === 0) this.mailbox.publish(r + R_STATE, RS_DONE);
    else this.complete(slot, r);
  }

  private complete(slot: number, r: number): void {
    const { words, layout } = this.mailbox;
    const head = words[H_COMP_HEAD] as number;
    words[layout.completions + ((head >>> 0) % MAX_REQS)] = slot;
    Atomics.store(words, r + R_STATE, RS_DONE);
    this.mailbox.publish(H_COMP_HEAD, (head + 1) | 0);
  }

  private async perform(r: number): Promise<number> {
    const { words } = this.mailbox;
    const disk = words[r + R_DISK] as number;
    const op = words[r + R_OP] as number;
    if (op === RO_CREATE) {
      this.stores.set(disk, MemoryBlockStore.growing());
      return 0;
    }
    const store = this.stores.get(disk);
    if (store === undefined) throw new StoreError(ENXIO, `no disk ${disk}`);
    const ptr = (words[r + R_PTR] as number) >>> 0;
    const offset = (words[r + R_OFF_HI] as number) * 0x100000000 + ((words[r + R_OFF_LO] as number) >>> 0);
    switch (op) {
      case RO_READ: {
        const length = Math.max(0, Math.min((words[r + R_LEN] as number) >>> 0, store.size - offset));
        await store.read(offset, this.memory.subarray(ptr, ptr + length));
        return length;
      }
      case RO_WRITE: {
        const length = (words[r + R_LEN] as number) >>> 0;
        await store.write(offset, this.memory.subarray(ptr, ptr + length), {
          sync: (words[r + R_FLAGS] as number) !== 0,
        });
        this.mailbox.setDiskSize(disk, store.size);
        return length;
      }
      case RO_SYNC:
        await store.flush();
        return 0;
      case RO_BARRIER:
        await store.barrier();
        return 0;
      case RO_CLOSE:
        return 0;
      default:
        throw new StoreError(EIO, `request ${op}`);
    }
  }
}
