// SPDX-License-Identifier: BSD-2-Clause
/** The host thread's side of the storage worker; started when the first disk needs it. */
import { ENXIO } from '../hypercall-js/errno.gen.ts';
import { H_STORAGE, type Mailbox } from '../hypercall-js/mailbox.ts';
import type { Platform, WorkerHandle } from './platform.ts';
import type { DiskSource, StorageAnswer, StorageMessage } from './protocol.ts';
import { StoreError } from './stores/store_error.ts';

const CLOSE_MS = 5000;

/** The bytes of a disk at one moment; read forward, each byte at most once. */
export interface DiskView {
  readonly size: number;
  /** Everything outside reads as zeros. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

function done(answer: StorageAnswer): Extract<StorageAnswer, { type: 'done' }> {
  if (answer.type === 'failed') throw new StoreError(answer.errno, answer.message);
  return answer;
}

export class StorageClient {
  private worker: WorkerHandle | undefined;
  private nextId = 1;
  private readonly waiting = new Map<number, (answer: StorageAnswer) => void>();

  constructor(
    private readonly mailbox: Mailbox,
    private readonly memory: WebAssembly.Memory,
    private readonly platform: Platform,
  ) {}

  start(): void {
    if (this.worker !== undefined) return;
    Atomics.store(this.mailbox.words, H_STORAGE, 1);
    this.worker = this.platform.createWorker('storage');
    this.worker.onMessage((message) => {
      const answer = message as StorageAnswer;
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    });
    this.worker.onError((message) => {
      for (const [id, answer] of this.waiting)
        answer({ type: 'failed', id, errno: 5, message: `storage worker: ${message}` });
      this.waiting.clear();
    });
    this.post({ type: 'init', mailbox: this.mailbox.ref, memory: this.memory });
  }

  attach(disk: number, source: DiskSource, readOnly: boolean): Promise<StorageAnswer> {
    return this.ask((id) => ({ type: 'attach', id, disk, source, readOnly }));
  }

  detach(disk: number): Promise<StorageAnswer> {
    return this.ask((id) => ({ type: 'detach', id, disk }));
  }

  /** A disk as it is now, to be read forward while the kernel goes on writing. */
  async view(disk: number): Promise<DiskView> {
    if (this.worker === undefined) throw new StoreError(ENXIO, 'no disk is attached');
    const { view = 0, size, ranges = [] } = done(await this.ask((id) => ({ type: 'view', id, disk })));
    return {
      size,
      ranges,
      read: async (offset, length) =>
        done(await this.ask((id) => ({ type: 'viewRead', id, view, offset, length }))).bytes ?? new Uint8Array(length),
      close: async () => void (await this.ask((id) => ({ type: 'viewClose', id, view }))),
    };
  }

  /** Freeze a disk as it is now under a name. */
  async snapshot(disk: number, name: string): Promise<void> {
    if (this.worker === undefined) throw new StoreError(ENXIO, 'no disk is attached');
    done(await this.ask((id) => ({ type: 'snapshot', id, disk, name })));
  }

  /** Flush and close all stores; does not wait for ever for one that hangs. */
  async close(): Promise<void> {
    if (this.worker === undefined) return;
    const closed = this.ask((id) => ({ type: 'close', id }));
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([
      closed,
      new Promise((resolve) => {
        timer = setTimeout(resolve, CLOSE_MS);
      }),
    ]);
    clearTimeout(timer);
  }

  async terminate(): Promise<void> {
    await this.worker?.terminate();
    this.worker = undefined;
  }

  private post(message: StorageMessage): void {
    this.worker?.post(message);
  }

  private ask(make: (id: number) => StorageMessage): Promise<StorageAnswer> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.post(make(id));
    });
  }
}
