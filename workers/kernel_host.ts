// SPDX-License-Identifier: BSD-2-Clause
/**
 * Boots and serves one kernel: what the page and the command line use.
 *
 * States: loading -> booting -> running -> over (exit, panic or dispose). All its workers are made here and end with it.
 * Everything here is event-driven; this thread never blocks.
 */
import { GuestHeap } from '../hypercall-js/guest_heap.ts';
import { GuestMemory } from '../hypercall-js/guest_memory.ts';
import { makeKernelMemory } from '../hypercall-js/loader.ts';
import {
  D_FILE,
  D_HOSTFD,
  D_KIND,
  D_NAME,
  D_RDONLY,
  D_STATE,
  DK_NODE,
  DK_STORE,
  DS_FREE,
  DS_READY,
  F_DISK,
  F_STATE,
  H_EXIT_VALUE,
  H_HOST_SEQ,
  H_PANIC_LEN,
  H_STATE,
  H_STORAGE,
  H_THREADS_OFF,
  KS_BOOT,
  KS_EXITED,
  KS_PANICKED,
  MAX_DISKS,
  MAX_FDS,
  MAX_REQS,
  Mailbox,
  NAME_BYTES,
  R_STATE,
  RS_POSTED,
} from '../hypercall-js/mailbox.ts';
import { inspectModule, type ModuleReport } from '../hypercall-js/module_report.ts';
import { formatTrace, TraceReader } from '../hypercall-js/trace.ts';
import { importedMemory, type MemoryLimits } from '../hypercall-js/wasm_imports.ts';
import { Coordinator } from './coordinator.ts';
import { WordWatcher } from './host_events.ts';
import { clockOrigin } from './host_services.ts';
import { memoryLimit } from './memory_limit.ts';
import { MessageDrain } from './message_drain.ts';
import { isNode, nodeFs } from './node_builtin.ts';
import type { Platform, WorkerHandle } from './platform.ts';
import type { ControlAnswer, ControlOp, DiskSource, InitMessage, PanicReport } from './protocol.ts';
import { type RunOptions, type SessionOptions, Sessions } from './sessions.ts';
import { type DiskView, StorageClient } from './storage_client.ts';
import type { SessionEnd, Terminal } from './terminal.ts';

const ETFS_BLK = 1;
const ETFS_CHR = 2;
/** When the pools are filled up, ms after the boot. */
const FILL_MS = 250;
const DEFAULT_MEMORY = 512 << 20;

export interface BootOptions {
  readonly platform: Platform;
  readonly kernel: WebAssembly.Module | BufferSource;
  readonly ncpu?: number;
  readonly memoryBytes?: number;
  /** RUMP_* and _RUMPUSER_* parameters. */
  readonly params?: Readonly<Record<string, string>>;
  /** Kernel messages, in pieces that usually are lines. */
  readonly onConsole?: (bytes: Uint8Array) => void;
  /** A stage of the boot is done. */
  readonly onStage?: (stage: 'compile' | 'workers' | 'load' | 'rump_init', ms: number, bytes: number) => void;
  readonly onPanic?: (report: PanicReport) => void;
  readonly onExit?: (value: number) => void;
  /** One line a hypercall, when given. */
  readonly onTrace?: (line: string) => void;
  /** Lend the process's file system to rumpuser_open (Node). */
  readonly hostFiles?: boolean;
  /** Where the shells keep their history. */
  readonly history?: { load(): readonly string[]; append(line: string): void };
  /** Program workers kept asleep once the kernel is up. */
  readonly programs?: number;
  /** The kernel is for one program: start no kernel thread's worker before it is wanted. */
  readonly brief?: boolean;
}

export interface DiskInfo {
  readonly name: string;
  readonly size: number;
  readonly readOnly: boolean;
}

export interface KernelStats {
  /** The kernel's code needs none; its data, heap and the stacks of its threads. */
  readonly memoryUsed: number;
  readonly memorySize: number;
  readonly workers: number;
  readonly processes: number;
}

/** Why a call on a kernel failed. */
export class HostError extends Error {
  constructor(
    readonly errno: number,
    message: string,
  ) {
    super(message);
  }
}

interface Pending {
  resolve(value: number | bigint): void;
  reject(error: Error): void;
}

export class Kernel {
  private readonly watcher: WordWatcher;
  private readonly coordinator: Coordinator;
  private readonly control: WorkerHandle;
  private readonly messages: MessageDrain;
  private readonly sessions: Sessions;
  private readonly storage: StorageClient;
  private readonly heap: GuestHeap;
  private readonly trace: TraceReader | undefined;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private over = false;
  private readonly boot: { resolve: () => void; reject: (error: Error) => void };
  readonly booted: Promise<void>;

  private constructor(
    private readonly options: BootOptions,
    private readonly mailbox: Mailbox,
    module: WebAssembly.Module,
    readonly report: ModuleReport,
    private readonly memory: WebAssembly.Memory | undefined,
    unshared: InitMessage['unshared'],
  ) {
    const origin = clockOrigin();
    // Without shared memory nothing here reaches into the guest; the statistics need only the control area.
    const guest = new GuestMemory(memory ?? new WebAssembly.Memory({ initial: 1 }));
    this.heap = new GuestHeap(guest, mailbox);
    if (memory === undefined) mailbox.words[H_THREADS_OFF] = 1;
    const init = (slot: number): InitMessage => ({
      type: 'init',
      mailbox: mailbox.ref,
      module,
      memory,
      unshared,
      params: parameters(options, memory?.buffer.byteLength),
      origin,
      slot,
      trace: options.onTrace !== undefined,
      hostFiles: options.hostFiles ?? false,
    });
    let boot: Kernel['boot'] | undefined;
    this.booted = new Promise<void>((resolve, reject) => {
      boot = { resolve, reject };
    });
    this.boot = boot as unknown as Kernel['boot'];
    this.messages = new MessageDrain(mailbox, (bytes) => options.onConsole?.(bytes));
    this.trace = options.onTrace === undefined ? undefined : new TraceReader(mailbox);
    this.storage = new StorageClient(mailbox, guest.memory, options.platform);
    this.control = options.platform.createWorker('control');
    this.control.onMessage((m) => this.answered(m as ControlAnswer));
    this.control.onError((message) => this.fault(message));
    this.control.post(init(-1));
    this.coordinator = new Coordinator(
      mailbox,
      options.platform,
      init,
      (message) => this.fault(message),
      memory === undefined
        ? { kthread: 0, program: 0 }
        : { kthread: options.brief ? 0 : 1, program: this.report.can.shell ? 1 : 0 },
      options.brief ?? false,
    );
    this.sessions = new Sessions(mailbox, this.coordinator, (op) => this.ask(op), guest, {
      disks: () => this.disks(),
      detach: (name) => this.detachDisk(name),
      historyLoad: () => options.history?.load() ?? [],
      historyAppend: (line) => options.history?.append(line),
    });
    this.watcher = new WordWatcher(mailbox.words, H_HOST_SEQ, () => this.wake());
    this.coordinator.refill();
  }

  /** Boot a kernel; resolves when rump_init returned 0. */
  static async boot(options: BootOptions): Promise<Kernel> {
    const start = performance.now();
    const { module, limits, bytes } = await compile(options.kernel);
    options.onStage?.('compile', performance.now() - start, bytes);
    const report = inspectModule(module);
    if (!report.can.boot)
      throw new HostError(
        0,
        `not a kernel this host can boot; missing: ${[...report.missingImports, ...report.missingExports].join(', ')}`,
      );
    const want = options.memoryBytes ?? DEFAULT_MEMORY;
    const threads = report.can.threads && (limits?.shared ?? true);
    const memory = threads ? makeKernelMemory(want, limits) : undefined;
    const mailbox = Mailbox.create(memory?.buffer.byteLength ?? want * 2, options.onTrace !== undefined);
    const kernel = new Kernel(options, mailbox, module, report, memory, threads ? undefined : { bytes: want, limits });
    await kernel.booted;
    return kernel;
  }

  private answered(answer: ControlAnswer): void {
    switch (answer.type) {
      case 'loaded':
        this.options.onStage?.('load', answer.ms, this.memory?.buffer.byteLength ?? 0);
        return;
      case 'booted':
        this.wake();
        this.options.onStage?.('rump_init', answer.ms, 0);
        if (answer.errno === 0) this.running();
        else this.boot.reject(new HostError(answer.errno, `rump_init failed with errno ${answer.errno}`));
        return;
      case 'done':
        this.pending.get(answer.id)?.resolve(answer.value);
        this.pending.delete(answer.id);
        return;
      case 'failed':
        this.pending.get(answer.id)?.reject(new HostError(0, answer.message));
        this.pending.delete(answer.id);
    }
  }

  /** The kernel is up. The pools get their full size a little later: workers that start now would slow the first prompt. */
  private running(): void {
    this.boot.resolve();
    if (this.memory === undefined) return;
    const program = this.report.can.shell ? (this.options.programs ?? 1) : 0;
    setTimeout(() => this.coordinator.setTargets({ kthread: 2, program }), FILL_MS);
  }

  private ask(call: ControlOp): Promise<number | bigint> {
    if (this.over) return Promise.reject(new HostError(0, 'the kernel is over'));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.control.post({ type: 'control', id, call });
    });
  }

  /** Something changed in the control area. */
  private wake(): void {
    this.messages.drain();
    if (this.trace !== undefined) for (const record of this.trace.drain()) this.options.onTrace?.(formatTrace(record));
    const state = Atomics.load(this.mailbox.words, H_STATE);
    if (state === KS_PANICKED || state === KS_EXITED) {
      this.sessions.drain();
      this.ended(state === KS_PANICKED);
      return;
    }
    this.coordinator.refill();
    this.sessions.drain();
    if (Atomics.load(this.mailbox.words, H_STORAGE) === 0 && this.storageWanted()) this.storage.start();
  }

  private storageWanted(): boolean {
    for (let slot = 0; slot < MAX_REQS; slot++) {
      if (Atomics.load(this.mailbox.words, this.mailbox.req(slot) + R_STATE) === RS_POSTED) return true;
    }
    return false;
  }

  private ended(panicked: boolean): void {
    if (this.over) return;
    const value = Atomics.load(this.mailbox.words, H_EXIT_VALUE);
    const report = this.panicReport();
    void this.dispose();
    if (panicked) this.options.onPanic?.(report);
    else this.options.onExit?.(value);
    this.boot.reject(
      new HostError(0, panicked ? `the kernel panicked: ${report.message}` : `the kernel exited with ${value}`),
    );
  }

  private panicReport(): PanicReport {
    const length = Atomics.load(this.mailbox.words, H_PANIC_LEN);
    const at = this.mailbox.layout.panicByte;
    const [thread = '', message = '', ...backtrace] = new TextDecoder()
      .decode(this.mailbox.bytes.slice(at, at + length))
      .split('\n');
    return { thread, message, backtrace: backtrace.map((line) => line.trim()).filter((line) => line !== '') };
  }

  /** A worker's script failed: as bad as a panic. */
  private fault(message: string): void {
    if (this.over) return;
    void this.dispose();
    this.options.onPanic?.({ thread: 'host', message, backtrace: [] });
    this.boot.reject(new HostError(0, message));
  }

  /**
   * Attach a disk as /dev/NAME (block) and /dev/rNAME (character).
   * Errors: EBUSY the image is in use elsewhere, EEXIST the name is taken, and the store's own.
   */
  async attachDisk(request: {
    readonly name: string;
    readonly source: DiskSource;
    readonly readOnly?: boolean;
  }): Promise<DiskInfo> {
    const { mailbox } = this;
    if (mailbox.findDisk(request.name) >= 0) throw new HostError(17, `${request.name} is attached already`);
    const index = mailbox.claimDisk(request.name);
    if (index < 0) throw new HostError(16, `more than ${MAX_DISKS} disks`);
    const d = mailbox.disk(index);
    try {
      const { size, readOnly } =
        request.source.kind === 'node'
          ? this.openNodeDisk(d, request.source.path, request.readOnly ?? false)
          : await this.openStore(index, request.source, request.readOnly ?? false);
      mailbox.setDiskSize(index, size);
      mailbox.words[d + D_RDONLY] = readOnly ? 1 : 0;
      Atomics.store(mailbox.words, d + D_STATE, DS_READY);
      if (this.report.can.disks) await this.registerDisk(request.name);
      return { name: request.name, size, readOnly };
    } catch (error) {
      await this.forget(index);
      throw error;
    }
  }

  private async registerDisk(name: string): Promise<void> {
    for (const [key, kind] of [
      [`/dev/${name}`, ETFS_BLK],
      [`/dev/r${name}`, ETFS_CHR],
    ] as const) {
      const errno = Number(await this.ask({ op: 'etfsRegister', key, hostpath: `disk:${name}`, kind }));
      if (errno !== 0) throw new HostError(errno, `the kernel refused ${key}: errno ${errno}`);
    }
  }

  private openNodeDisk(d: number, path: string, readOnly: boolean): { size: number; readOnly: boolean } {
    if (!isNode) throw new HostError(45, 'no files here');
    const fs = nodeFs();
    const fd = fs.openSync(path, readOnly ? 'r' : 'r+');
    this.mailbox.words[d + D_KIND] = DK_NODE;
    this.mailbox.words[d + D_HOSTFD] = fd;
    return { size: fs.fstatSync(fd).size, readOnly };
  }

  private async openStore(
    index: number,
    source: DiskSource,
    readOnly: boolean,
  ): Promise<{ size: number; readOnly: boolean }> {
    this.mailbox.words[this.mailbox.disk(index) + D_KIND] = DK_STORE;
    if (this.memory === undefined) throw new HostError(45, 'a kernel without shared memory has no storage worker');
    this.storage.start();
    const answer = await this.storage.attach(index, source, readOnly);
    if (answer.type === 'failed') throw new HostError(answer.errno, answer.message);
    return answer;
  }

  private async forget(index: number): Promise<void> {
    const d = this.mailbox.disk(index);
    const { words } = this.mailbox;
    if (words[d + D_KIND] === DK_NODE && (words[d + D_HOSTFD] as number) > 2)
      nodeFs().closeSync(words[d + D_HOSTFD] as number);
    else if (words[d + D_KIND] === DK_STORE) await this.storage.detach(index);
    words[d + D_HOSTFD] = 0;
    words[d + D_KIND] = 0;
    Atomics.store(words, d + D_STATE, DS_FREE);
  }

  /** Detach a disk; flushes it. EBUSY while the kernel has it open: unmount it first. */
  async detachDisk(name: string): Promise<void> {
    const index = this.mailbox.findDisk(name);
    if (index < 0) throw new HostError(6, `no disk ${name}`);
    if (this.isOpen(index)) throw new HostError(16, `${name} is mounted or open`);
    if (this.report.can.disks && !this.over) {
      for (const key of [`/dev/${name}`, `/dev/r${name}`]) {
        const errno = Number(await this.ask({ op: 'etfsRemove', key }));
        if (errno !== 0) throw new HostError(errno, `the kernel keeps ${key}: errno ${errno}`);
      }
    }
    await this.forget(index);
  }

  /**
   * A disk as it is now: file systems are synced first, then its bytes are seen as of that moment while the kernel writes on.
   * Errors: ENXIO no such disk, ENOTSUP a file of the host's.
   */
  async viewDisk(name: string): Promise<DiskView> {
    return await this.storage.view(await this.syncedStore(name));
  }

  /** Freeze a disk as it is now, file systems synced, under a name in its image. Errors as viewDisk, and ENOTSUP for no snapshots. */
  async snapshotDisk(name: string, snapshot: string): Promise<void> {
    await this.storage.snapshot(await this.syncedStore(name), snapshot);
  }

  private async syncedStore(name: string): Promise<number> {
    const index = this.mailbox.findDisk(name);
    if (index < 0) throw new HostError(6, `no disk ${name}`);
    if (this.mailbox.words[this.mailbox.disk(index) + D_KIND] !== DK_STORE)
      throw new HostError(86, `${name} is a file of this machine`);
    if (this.report.can.shell) await this.ask({ op: 'call', name: 'rump___sysimpl_sync', args: [] });
    return index;
  }

  /** rump_pub_etfs_remove leaves it to its caller to ask. */
  private isOpen(disk: number): boolean {
    if (this.over) return false;
    for (let fd = 0; fd < MAX_FDS; fd++) {
      const f = this.mailbox.fd(fd);
      if (Atomics.load(this.mailbox.words, f + F_STATE) !== 0 && this.mailbox.words[f + F_DISK] === disk) return true;
    }
    return false;
  }

  disks(): DiskInfo[] {
    const out: DiskInfo[] = [];
    for (let i = 0; i < MAX_DISKS; i++) {
      const d = this.mailbox.disk(i);
      if (Atomics.load(this.mailbox.words, d + D_STATE) !== DS_READY || this.mailbox.words[d + D_FILE] !== 0) continue;
      out.push({
        name: this.mailbox.getName(d + D_NAME, NAME_BYTES),
        size: this.mailbox.diskSize(i),
        readOnly: this.mailbox.words[d + D_RDONLY] !== 0,
      });
    }
    return out;
  }

  /** A shell (or argv) on a terminal of its own. */
  openTerminal(options: SessionOptions): Promise<Terminal> {
    if (!this.report.can.shell)
      return Promise.reject(new HostError(78, 'this kernel has no processes and system calls for a shell'));
    return Promise.resolve(this.sessions.open(options));
  }

  /** Run a program with its standard descriptors on pipes to the host. */
  run(options: RunOptions): Promise<SessionEnd> {
    if (!this.report.can.shell)
      return Promise.reject(new HostError(78, 'this kernel has no processes and system calls for a shell'));
    return this.sessions.run(options);
  }

  /** Call an exported function by link name; i64 arguments are bigints. */
  callSymbol(name: string, args: readonly (number | bigint)[]): Promise<number | bigint> {
    return this.ask({ op: 'call', name, args });
  }

  stats(): KernelStats {
    const booting = Atomics.load(this.mailbox.words, H_STATE) === KS_BOOT;
    const heap = booting ? { used: 0, total: 0, below: 0 } : this.heap.stats();
    return {
      memoryUsed: heap.used + heap.below,
      memorySize: this.memory?.buffer.byteLength ?? heap.total,
      workers: this.coordinator.count() + 1,
      processes: this.sessions.processes(),
    };
  }

  /** Sync and unmount everything and stop; resolves when the kernel is over. */
  async halt(): Promise<void> {
    if (this.over) return;
    await this.ask({ op: 'halt' }).catch(() => 0);
    await this.dispose();
  }

  /** Stop at once: all workers end, memory is dropped. Disks keep what the kernel had written to them; nothing is unmounted. */
  dispose(): Promise<void> {
    this.disposed ??= this.stop();
    return this.disposed;
  }
  private disposed: Promise<void> | undefined;

  private async stop(): Promise<void> {
    this.over = true;
    this.watcher.stop();
    for (const call of this.pending.values()) call.reject(new HostError(0, 'the kernel is over'));
    this.pending.clear();
    this.sessions.kernelOver();
    await Promise.all([this.control.terminate(), this.coordinator.stop()]);
    // What the kernel handed over is kept, whatever became of the kernel.
    await this.storage.close();
    await this.storage.terminate();
    if (isNode)
      for (let i = 0; i < MAX_DISKS; i++)
        if (this.mailbox.words[this.mailbox.disk(i) + D_KIND] === DK_NODE) await this.forget(i);
  }
}

/** sharedBytes: size of the shared memory; undefined: a kernel without threads. */
function parameters(options: BootOptions, sharedBytes: number | undefined): Record<string, string> {
  const first: Record<string, string> =
    sharedBytes !== undefined
      ? { RUMP_NCPU: String(options.ncpu ?? 2), RUMP_MEMLIMIT: memoryLimit(sharedBytes) }
      : { RUMP_NCPU: '1', RUMP_THREADS: '0' };
  return { ...first, ...options.params };
}

async function compile(
  kernel: WebAssembly.Module | BufferSource,
): Promise<{ module: WebAssembly.Module; limits: MemoryLimits | undefined; bytes: number }> {
  if (kernel instanceof WebAssembly.Module) return { module: kernel, limits: undefined, bytes: 0 };
  const bytes =
    kernel instanceof ArrayBuffer
      ? new Uint8Array(kernel)
      : new Uint8Array((kernel as ArrayBufferView).buffer, (kernel as ArrayBufferView).byteOffset, kernel.byteLength);
  return {
    module: await WebAssembly.compile(kernel as BufferSource),
    limits: importedMemory(bytes),
    bytes: bytes.length,
  };
}

/** Boot a kernel. */
export function bootKernel(options: BootOptions): Promise<Kernel> {
  return Kernel.boot(options);
}

export { inspectModule };
