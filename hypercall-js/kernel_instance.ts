// SPDX-License-Identifier: BSD-2-Clause
/** A kernel as userland sees it: KernelInstance of userland/abi.ts. */
import type { GuestPtr, KernelInstance } from '../userland/abi.ts';
import { type HostKernel, KernelExit } from './host_kernel.ts';
import type { GuestExports, LoadedKernel } from './loader.ts';
import { H_EXIT_VALUE, H_STATE, KS_EXITED, T_IN_KERNEL, T_KILL } from './mailbox.ts';

/** Sleep for good: the host is about to terminate this worker. */
function park(k: HostKernel): never {
  const word = new Int32Array(new SharedArrayBuffer(4));
  for (;;) Atomics.wait(word, 0, 0, k.slot < 0 ? 0 : undefined);
}

type Entry = (...args: (number | bigint)[]) => number | bigint | undefined;

/**
 * Wrap an export so that the host knows when this worker is inside the kernel: a worker outside may be terminated without harm.
 * The flag is stored before T_KILL is looked at, the host stores T_KILL before it looks at the flag.
 */
function marked(k: HostKernel, entry: Entry): Entry {
  const { words } = k;
  const inKernel = k.mailbox.thread(k.slot) + T_IN_KERNEL;
  const kill = k.mailbox.thread(k.slot) + T_KILL;
  const begin = (): void => {
    Atomics.store(words, inKernel, 1);
    if (words[kill] === 0 && (words[H_STATE] as number) < KS_EXITED) return;
    Atomics.store(words, inKernel, 0);
    park(k);
  };
  if (entry.length > 4) {
    return (...args) => {
      if (words[inKernel] !== 0) return entry(...args);
      begin();
      try {
        return entry(...args);
      } finally {
        words[inKernel] = 0;
      }
    };
  }
  // The system call entry has four arguments; a wrapper without a rest parameter allocates nothing.
  return (a, b, c, d) => {
    if (words[inKernel] !== 0) return entry(a as number, b as number, c as number, d as number);
    begin();
    try {
      return entry(a as number, b as number, c as number, d as number);
    } finally {
      words[inKernel] = 0;
    }
  };
}

/** In the one thread of a kernel without threads: once it is over, nothing enters it again. */
function whileAlive(k: HostKernel, entry: Entry): Entry {
  return (...args) => {
    if ((k.words[H_STATE] as number) >= KS_EXITED) throw new KernelExit(k.words[H_EXIT_VALUE] as number);
    return entry(...args);
  };
}

/** Make the instance for a worker's client code. */
export function kernelInstance(k: HostKernel, loaded: LoadedKernel): KernelInstance {
  const guarded = k.slot >= 0;
  const exports: GuestExports = {};
  for (const [name, value] of Object.entries(loaded.exports)) {
    if (typeof value === 'function') exports[name] = guarded ? marked(k, value) : whileAlive(k, value);
  }
  const inHeap = guarded ? marked : (_k: HostKernel, f: Entry): Entry => f;
  const alloc = inHeap(k, (bytes) => k.heap.alloc(bytes as number, 16));
  const free = inHeap(k, (ptr) => {
    if (ptr !== 0) k.heap.free(ptr as number);
    return undefined;
  });
  return {
    memory: loaded.memory.memory,
    u8: loaded.memory.u8,
    view: loaded.memory.view,
    exports: exports as KernelInstance['exports'],
    malloc: (bytes: number): GuestPtr => alloc(bytes) as number,
    free: (ptr: GuestPtr): void => {
      free(ptr);
    },
  };
}
