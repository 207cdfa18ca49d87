// SPDX-License-Identifier: BSD-2-Clause
/**
 * Keeps the worker pools filled. Runs on the host thread, which never blocks: a worker made by a thread that then sleeps
 * would never start in Chromium and WebKit.
 */
import type { Mailbox } from '../hypercall-js/mailbox.ts';
import {
  JOB_PUMP,
  MAX_THREADS,
  T_IN_KERNEL,
  T_JOB,
  T_KILL,
  T_KIND,
  T_STATE,
  TK_KTHREAD,
  TK_PROGRAM,
  TK_TOOL,
  TS_FILLING,
  TS_FREE,
  TS_IDLE,
  TS_ORDERED,
  TS_PENDING,
  TS_STARTING,
} from '../hypercall-js/mailbox.ts';
import type { Platform, WorkerHandle, WorkerRole } from './platform.ts';
import type { InitMessage } from './protocol.ts';

/** Workers kept asleep for the next job, by kind; of tool workers none is made before it is wanted. */
export interface PoolTargets {
  readonly kthread: number;
  readonly program: number;
}

/** How long a pump may wait for its worker in a brief kernel, ms: most programs there are over by then. */
const PUMP_PATIENCE_MS = 30;

const ROLES: Readonly<Record<number, WorkerRole>> = {
  [TK_KTHREAD]: 'kthread',
  [TK_PROGRAM]: 'program',
  [TK_TOOL]: 'tool',
};

export class Coordinator {
  private readonly workers = new Map<number, WorkerHandle>();
  /** Ordered pumps: 'early' as long as their worker is held back. */
  private readonly pumps = new Map<number, 'early' | 'due'>();
  private stopped = false;

  constructor(
    private readonly mailbox: Mailbox,
    private readonly platform: Platform,
    private readonly init: (slot: number) => InitMessage,
    private readonly onFault: (message: string) => void,
    /** The program worker's script is heavier; RUMP kernels without clients need none. */
    private targets: PoolTargets,
    /** The kernel is for one program; if that is over soon, it needs no pump (see finishPump()). */
    private readonly brief: boolean,
  ) {}

  setTargets(targets: PoolTargets): void {
    this.targets = targets;
    this.refill();
  }

  /** Make the workers that were ordered and fill the pools up to their targets. Cheap when there is nothing to do. */
  refill(): void {
    if (this.stopped) return;
    const { words } = this.mailbox;
    const waiting: [number, number, number] = [0, 0, 0];
    for (let slot = 0; slot < MAX_THREADS; slot++) {
      const t = this.mailbox.thread(slot);
      const state = Atomics.load(words, t + T_STATE);
      if (state === TS_ORDERED && this.heldBack(slot)) continue;
      if (state === TS_ORDERED && Atomics.compareExchange(words, t + T_STATE, TS_ORDERED, TS_PENDING) === TS_ORDERED)
        this.create(slot);
      if (state === TS_IDLE || state === TS_STARTING) waiting[words[t + T_KIND] as 0 | 1 | 2]++;
    }
    this.fill(TK_KTHREAD, this.targets.kthread - waiting[TK_KTHREAD]);
    this.fill(TK_PROGRAM, this.targets.program - waiting[TK_PROGRAM]);
  }

  private heldBack(slot: number): boolean {
    if (!this.brief || this.mailbox.words[this.mailbox.thread(slot) + T_JOB] !== JOB_PUMP) return false;
    const pump = this.pumps.get(slot);
    if (pump === undefined) {
      this.pumps.set(slot, 'early');
      setTimeout(() => {
        this.pumps.set(slot, 'due');
        this.refill();
      }, PUMP_PATIENCE_MS);
      return true;
    }
    if (pump === 'due') this.pumps.delete(slot);
    return pump === 'early';
  }

  private fill(kind: number, count: number): void {
    const { words } = this.mailbox;
    for (let slot = 0; slot < MAX_THREADS && count > 0; slot++) {
      const t = this.mailbox.thread(slot);
      if (Atomics.compareExchange(words, t + T_STATE, TS_FREE, TS_FILLING) !== TS_FREE) continue;
      words[t + T_KIND] = kind;
      Atomics.store(words, t + T_STATE, TS_STARTING);
      this.create(slot);
      count--;
    }
  }

  private create(slot: number): void {
    const kind = this.mailbox.words[this.mailbox.thread(slot) + T_KIND];
    const worker = this.platform.createWorker(ROLES[kind as 0 | 1 | 2]);
    this.workers.set(slot, worker);
    worker.onError((message) => {
      if (!this.stopped) this.onFault(message);
    });
    worker.post(this.init(slot));
  }

  /**
   * Terminate a worker that is outside the kernel. Returns false if it is inside: the caller tries later.
   */
  terminateOutside(slot: number): boolean {
    const { words } = this.mailbox;
    const t = this.mailbox.thread(slot);
    Atomics.store(words, t + T_KILL, 1);
    if (Atomics.load(words, t + T_IN_KERNEL) !== 0) {
      Atomics.store(words, t + T_KILL, 0);
      return false;
    }
    void this.workers.get(slot)?.terminate();
    this.workers.delete(slot);
    return true;
  }

  /** The slot of a terminated worker may be used again. */
  releaseSlot(slot: number): void {
    const t = this.mailbox.thread(slot);
    this.mailbox.words[t + T_KILL] = 0;
    this.mailbox.words[t + T_IN_KERNEL] = 0;
    this.mailbox.publish(t + T_STATE, TS_FREE);
  }

  count(): number {
    return this.workers.size;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const all = [...this.workers.values()];
    this.workers.clear();
    await Promise.all(all.map((worker) => worker.terminate()));
  }
}
