// SPDX-License-Identifier: BSD-2-Clause
/**
 * A kernel without threads (RUMP_THREADS=0) in the calling thread, with disks, trace and programs: `rumpus --threads 0`, and
 * kernels with a memory of their own, scripts of system calls, benchmarks. Everything is synchronous.
 */
import { HostKernel, type HostServices, KernelExit } from '../hypercall-js/host_kernel.ts';
import { kernelInstance } from '../hypercall-js/kernel_instance.ts';
import { type LoadedKernel, loadKernel, makeKernelMemory } from '../hypercall-js/loader.ts';
import {
  D_HOSTFD,
  D_KIND,
  D_RDONLY,
  D_STATE,
  DK_LOCAL,
  DK_NODE,
  DS_FREE,
  DS_READY,
  H_EXIT_VALUE,
  H_STATE,
  H_THREADS_OFF,
  KS_EXITED,
  KS_RUNNING,
  Mailbox,
} from '../hypercall-js/mailbox.ts';
import { inspectModule, type ModuleReport } from '../hypercall-js/module_report.ts';
import { flushPutchar } from '../hypercall-js/rumpuser_cons.ts';
import { formatTrace, TraceReader } from '../hypercall-js/trace.ts';
import { importedMemory } from '../hypercall-js/wasm_imports.ts';
import type { KernelInstance } from '../userland/abi.ts';
import { clockOrigin, hostServices } from './host_services.ts';
import { reboot, withPath } from './kernel_calls.ts';
import { memoryLimit } from './memory_limit.ts';
import { nodeFs } from './node_builtin.ts';

const ETFS_BLK = 1;
const ETFS_CHR = 2;

export interface LocalOptions {
  readonly kernel: Uint8Array<ArrayBuffer>;
  /** `kernel`, compiled before. */
  readonly module?: WebAssembly.Module;
  /** Calls to make before rump_init, on the module's exports. */
  readonly beforeInit?: (exports: LoadedKernel['exports']) => void;
  readonly memoryBytes?: number;
  readonly params?: Readonly<Record<string, string>>;
  readonly onConsole?: (bytes: Uint8Array) => void;
  /** Output of console lines; without it the kernel finds no terminals. */
  readonly onLine?: (line: number, bytes: Uint8Array) => void;
  readonly onTrace?: (line: string) => void;
  readonly hostFiles?: boolean;
  /** The caller makes files durable when all is done: writes keep their order, but none waits for the medium. */
  readonly syncAtEnd?: boolean;
}

export interface ByteRange {
  readonly offset: number;
  readonly size: number;
}

interface Source {
  readonly kind: number;
  readonly fd: number;
  readonly size: number;
  readonly readOnly: boolean;
  readonly range?: ByteRange | undefined;
  readonly bytes?: Uint8Array;
}

function servicesFor(options: LocalOptions): HostServices {
  const services = hostServices(clockOrigin(), options.hostFiles ?? false);
  if (options.syncAtEnd !== true || services.files === undefined) return services;
  return { ...services, files: { ...services.files, sync: () => undefined } };
}

export class LocalKernel {
  private constructor(
    readonly report: ModuleReport,
    readonly host: HostKernel,
    readonly loaded: LoadedKernel,
    readonly instance: KernelInstance,
    private readonly trace: () => void,
  ) {}

  /** Load and boot. Throws Error with the reason when rump_init fails or the kernel panics. */
  static boot(options: LocalOptions): LocalKernel {
    const module = options.module ?? new WebAssembly.Module(options.kernel);
    const report = inspectModule(module);
    if (!report.can.boot)
      throw new Error(
        `not a kernel this host can boot; missing: ${[...report.missingImports, ...report.missingExports].join(', ')}`,
      );
    const limits = importedMemory(options.kernel);
    const bytes = options.memoryBytes ?? 256 << 20;
    const memory = limits === undefined ? undefined : makeKernelMemory(bytes, limits);
    const mailbox = Mailbox.create(memory?.buffer.byteLength ?? bytes * 2, options.onTrace !== undefined);
    mailbox.words[H_THREADS_OFF] = 1;
    const params = { RUMP_NCPU: '1', RUMP_THREADS: '0', RUMP_MEMLIMIT: memoryLimit(bytes), ...options.params };
    const host = new HostKernel({
      mailbox,
      params,
      services: servicesFor(options),
      slot: -1,
    });
    host.onMessage = options.onConsole ?? (() => undefined);
    host.onLine = options.onLine;
    const reader = options.onTrace === undefined ? undefined : new TraceReader(mailbox);
    const trace = (): void => {
      for (const record of reader?.drain() ?? []) options.onTrace?.(formatTrace(record));
    };
    const loaded = loadKernel(host, {
      module,
      memory,
      first: true,
      trace: reader !== undefined,
      ownMemoryBytes: bytes,
    });
    options.beforeInit?.(loaded.exports);
    const kernel = new LocalKernel(report, host, loaded, kernelInstance(host, loaded), trace);
    const errno = Number(kernel.call('rump_init', []));
    if (errno !== 0) throw new Error(`rump_init failed with errno ${errno}`);
    mailbox.publish(H_STATE, KS_RUNNING);
    return kernel;
  }

  /** Call an export by link name. */
  call(name: string, args: readonly (number | bigint)[]): number | bigint {
    const f = this.loaded.exports[name];
    if (typeof f !== 'function') throw new Error(`the kernel has no ${name}`);
    if ((this.host.words[H_STATE] as number) >= KS_EXITED)
      throw new KernelExit(this.host.words[H_EXIT_VALUE] as number);
    try {
      return f(...args) ?? 0;
    } finally {
      flushPutchar(this.host);
      this.trace();
    }
  }

  /** Attach a host file, or a range of its bytes, as /dev/NAME and /dev/rNAME; returns the kernel's errno. */
  attachFile(name: string, path: string, readOnly: boolean, range?: ByteRange): number {
    const fs = nodeFs();
    const fd = fs.openSync(path, readOnly ? 'r' : 'r+');
    return this.attach(name, { kind: DK_NODE, fd, size: fs.fstatSync(fd).size, readOnly, range });
  }

  /** Attach bytes in memory. */
  attachBytes(name: string, bytes: Uint8Array, readOnly: boolean): number {
    return this.attach(name, { kind: DK_LOCAL, fd: 0, size: bytes.length, readOnly, bytes });
  }

  private attach(name: string, source: Source): number {
    const { mailbox } = this.host;
    const index = mailbox.findDisk(name) >= 0 ? -1 : mailbox.claimDisk(name);
    if (index < 0) return 17;
    const d = mailbox.disk(index);
    mailbox.setDiskSize(index, source.size);
    mailbox.words[d + D_KIND] = source.kind;
    mailbox.words[d + D_HOSTFD] = source.fd;
    mailbox.words[d + D_RDONLY] = source.readOnly ? 1 : 0;
    if (source.bytes !== undefined) this.host.localDisks.set(index, source.bytes);
    Atomics.store(mailbox.words, d + D_STATE, DS_READY);
    if (!this.report.can.disks) return 0;
    const errno =
      this.register(`/dev/${name}`, `disk:${name}`, ETFS_BLK, source.range) ||
      this.register(`/dev/r${name}`, `disk:${name}`, ETFS_CHR, source.range);
    if (errno !== 0) this.forget(index);
    return errno;
  }

  private register(key: string, hostpath: string, kind: number, range?: ByteRange): number {
    return withPath(this.host, key, (keyPtr) =>
      withPath(this.host, hostpath, (pathPtr) => {
        if (range === undefined) return Number(this.call('rump_pub_etfs_register', [keyPtr, pathPtr, kind]));
        const part = [BigInt(range.offset), BigInt(range.size)];
        return Number(this.call('rump_pub_etfs_register_withsize', [keyPtr, pathPtr, kind, ...part]));
      }),
    );
  }

  /** Detach; returns the kernel's errno. */
  detach(name: string): number {
    const index = this.host.mailbox.findDisk(name);
    if (index < 0) return 6;
    if (this.report.can.disks) {
      for (const key of [`/dev/${name}`, `/dev/r${name}`]) {
        const errno = withPath(this.host, key, (ptr) => Number(this.call('rump_pub_etfs_remove', [ptr])));
        if (errno !== 0) return errno;
      }
    }
    this.forget(index);
    return 0;
  }

  private forget(index: number): void {
    const d = this.host.mailbox.disk(index);
    if (this.host.words[d + D_KIND] === DK_NODE) nodeFs().closeSync(this.host.words[d + D_HOSTFD] as number);
    this.host.localDisks.delete(index);
    Atomics.store(this.host.words, d + D_STATE, DS_FREE);
  }

  /** Sync, unmount, stop. */
  halt(): void {
    try {
      reboot(this.host, this.loaded);
    } catch (error) {
      if (!(error instanceof KernelExit)) throw error;
    }
    flushPutchar(this.host);
    this.trace();
  }
}
