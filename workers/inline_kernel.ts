// SPDX-License-Identifier: BSD-2-Clause
/**
 * A whole kernel in the calling thread, without any worker (RUMP_THREADS=0): image tools, scripts, the smallest embed.
 *
 * Block I/O is synchronous through the platform's files, so this is for Node; nothing in such a kernel may sleep for another
 * thread.
 */

import { HostKernel } from '../hypercall-js/host_kernel.ts';
import { kernelInstance } from '../hypercall-js/kernel_instance.ts';
import { loadKernel, makeKernelMemory } from '../hypercall-js/loader.ts';
import { H_STATE, H_THREADS_OFF, KS_RUNNING, Mailbox } from '../hypercall-js/mailbox.ts';
import { flushPutchar } from '../hypercall-js/rumpuser_cons.ts';
import type { MemoryLimits } from '../hypercall-js/wasm_imports.ts';
import type { KernelInstance } from '../userland/abi.ts';
import { clockOrigin, hostServices } from './host_services.ts';
import { MessageDrain } from './message_drain.ts';

const DEFAULT_MEMORY = 256 << 20;

export interface InlineOptions {
  readonly module: WebAssembly.Module;
  /** Limits of the module's imported memory, from importedMemory(). */
  readonly limits: MemoryLimits | undefined;
  readonly memoryBytes?: number;
  /** RUMP_* and _RUMPUSER_* parameters. */
  readonly params?: Readonly<Record<string, string>>;
  /** Calls to make before rump_init, on the module's exports. */
  readonly beforeInit?: (exports: Readonly<Record<string, (...args: number[]) => number>>) => void;
  readonly onConsole?: (bytes: Uint8Array) => void;
}

export interface InlineKernel {
  readonly instance: KernelInstance;
  /** Hand the kernel's messages since the last call to onConsole. */
  drain(): void;
}

/** Boot; throws when rump_init fails (its errno in the message) or the kernel panics. */
export function bootInlineKernel(options: InlineOptions): InlineKernel {
  const memory = makeKernelMemory(options.memoryBytes ?? DEFAULT_MEMORY, options.limits);
  const mailbox = Mailbox.create(memory.buffer.byteLength, false);
  mailbox.words[H_THREADS_OFF] = 1;
  const params = { RUMP_NCPU: '1', ...options.params, RUMP_THREADS: '0' };
  const k = new HostKernel({ mailbox, params, services: hostServices(clockOrigin(), true), slot: -1 });
  const messages = new MessageDrain(mailbox, (bytes) => options.onConsole?.(bytes));
  const drain = (): void => {
    flushPutchar(k);
    messages.drain();
  };
  const loaded = loadKernel(k, { module: options.module, memory, first: true, trace: false });
  options.beforeInit?.(loaded.exports as unknown as Readonly<Record<string, (...args: number[]) => number>>);
  try {
    const errno = Number(loaded.exports['rump_init']?.() ?? 0);
    if (errno !== 0) throw new Error(`rump_init failed with errno ${errno}`);
  } finally {
    drain();
  }
  mailbox.publish(H_STATE, KS_RUNNING);
  return { instance: kernelInstance(k, loaded), drain };
}
