// SPDX-License-Identifier: BSD-2-Clause
/** Our component hypercalls: sleeping and waking on a word. */
import { ETIMEDOUT } from './errno.gen.ts';
import { type HostKernel, KernelExit } from './host_kernel.ts';
import type { RumpcompImports } from './imports.gen.ts';
import { H_THREADS_OFF } from './mailbox.ts';

/** In a kernel without threads nobody is left to wake the caller. */
function deadlock(k: HostKernel, addr: number): never {
  const text = `sleep without end on 0x${(addr >>> 0).toString(16)} in a kernel without threads`;
  k.recordPanic('control', text, new Error(text).stack ?? '');
  k.finish(-1);
  throw new KernelExit(-1);
}

export function rumpcompFutex(k: HostKernel): Pick<RumpcompImports, 'rumpcomp_futex_wait' | 'rumpcomp_futex_wake'> {
  return {
    /**
     * Sleep while *addr is `expected`.
     * @param addr      4-aligned word
     * @param expected  value at which to sleep
     * @param sec       timeout, relative; negative = none
     * @param nsec      0..999_999_999
     * @returns 0 woken or value different, ETIMEDOUT
     * @blocks yes
     * @context untouched: the caller gave up its CPU
     * @worker any but the page
     */
    rumpcomp_futex_wait(addr, expected, sec, nsec) {
      const index = addr >>> 2;
      if (sec < 0) {
        if (k.words[H_THREADS_OFF] !== 0 && Atomics.load(k.memory.i32, index) === expected) deadlock(k, addr);
        Atomics.wait(k.memory.i32, index, expected);
        return 0;
      }
      return Atomics.wait(k.memory.i32, index, expected, sec * 1000 + nsec / 1e6) === 'timed-out' ? ETIMEDOUT : 0;
    },
    /**
     * Wake sleepers of a word.
     * @param addr  4-aligned word
     * @param n     at most this many; negative = all
     * @returns number woken
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpcomp_futex_wake(addr, n) {
      return n < 0 ? Atomics.notify(k.memory.i32, addr >>> 2) : Atomics.notify(k.memory.i32, addr >>> 2, n);
    },
  };
}
