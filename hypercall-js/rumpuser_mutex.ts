// SPDX-License-Identifier: BSD-2-Clause
/**
 * rumpuser(3): mutexes.
 *
 * Object in guest memory, 16 bytes: 0 futex lock (0 free, 1 held, 2 held with sleepers), 4 flags, 8 owner lwp.
 */
import { EBUSY } from './errno.gen.ts';
import { lockEnter, lockExit, lockTry } from './futex.ts';
import type { HostKernel } from './host_kernel.ts';
import type { RumpuserImports } from './imports.gen.ts';

export const RUMPUSER_MTX_SPIN = 1;
export const RUMPUSER_MTX_KMUTEX = 2;
const FLAGS = 1;
const OWNER = 2;
const BYTES = 16;

/** Take a mutex without touching the upcalls. */
export function mutexEnterNowrap(k: HostKernel, mtx: number): void {
  const i32 = k.memory.i32;
  const m = mtx >>> 2;
  lockEnter(i32, m);
  if (((i32[m + FLAGS] as number) & RUMPUSER_MTX_KMUTEX) !== 0) i32[m + OWNER] = k.curlwp;
}

export function mutexExit(k: HostKernel, mtx: number): void {
  const i32 = k.memory.i32;
  const m = mtx >>> 2;
  i32[m + OWNER] = 0;
  lockExit(i32, m);
}

export function mutexFlags(k: HostKernel, mtx: number): number {
  return k.memory.i32[(mtx >>> 2) + FLAGS] as number;
}

type Calls = Pick<
  RumpuserImports,
  | 'rumpuser_mutex_init'
  | 'rumpuser_mutex_enter'
  | 'rumpuser_mutex_enter_nowrap'
  | 'rumpuser_mutex_tryenter'
  | 'rumpuser_mutex_exit'
  | 'rumpuser_mutex_destroy'
  | 'rumpuser_mutex_owner'
  | 'rumpuser_mutex_spin_p'
>;

export function rumpuserMutex(k: HostKernel): Calls {
  return {
    /**
     * Make a mutex.
     * @param mtxp   out: the mutex
     * @param flags  RUMPUSER_MTX_SPIN, RUMPUSER_MTX_KMUTEX
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_mutex_init(mtxp, flags) {
      const mtx = k.heap.alloc(BYTES, 16);
      if (mtx === 0) throw new Error('rumpuser_mutex_init: out of guest memory');
      k.memory.bytes(mtx, BYTES).fill(0);
      k.memory.i32[(mtx >>> 2) + FLAGS] = flags;
      k.memory.i32[mtxp >>> 2] = mtx;
    },
    /**
     * Take a mutex. Not recursive.
     * @blocks yes - while another thread holds it
     * @context released around the wait unless SPIN, held again on return
     * @worker any but the page
     */
    rumpuser_mutex_enter(mtx) {
      const i32 = k.memory.i32;
      const m = mtx >>> 2;
      const flags = i32[m + FLAGS] as number;
      if (!lockTry(i32, m)) {
        if ((flags & RUMPUSER_MTX_SPIN) !== 0) {
          lockEnter(i32, m);
        } else {
          const nlocks = k.unschedule(0);
          lockEnter(i32, m);
          k.resume(nlocks, 0);
        }
      }
      if ((flags & RUMPUSER_MTX_KMUTEX) !== 0) i32[m + OWNER] = k.curlwp;
    },
    /**
     * Take a SPIN mutex, keeping the CPU.
     * @blocks yes - while another thread holds it
     * @context untouched
     * @worker any but the page
     */
    rumpuser_mutex_enter_nowrap(mtx) {
      mutexEnterNowrap(k, mtx);
    },
    /**
     * Take a mutex if it is free.
     * @returns 0 or EBUSY
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_mutex_tryenter(mtx) {
      const i32 = k.memory.i32;
      const m = mtx >>> 2;
      if (!lockTry(i32, m)) return EBUSY;
      if (((i32[m + FLAGS] as number) & RUMPUSER_MTX_KMUTEX) !== 0) i32[m + OWNER] = k.curlwp;
      return 0;
    },
    /**
     * Release a mutex; the owner is cleared first.
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_mutex_exit(mtx) {
      mutexExit(k, mtx);
    },
    /**
     * Free a mutex nobody holds.
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_mutex_destroy(mtx) {
      if (k.memory.i32[mtx >>> 2] !== 0) throw new Error('rumpuser_mutex_destroy: mutex is held');
      k.heap.free(mtx);
    },
    /**
     * Owner of a KMUTEX.
     * @param lp  out: struct lwp *, NULL when free
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_mutex_owner(mtx, lp) {
      const m = mtx >>> 2;
      if ((mutexFlags(k, mtx) & RUMPUSER_MTX_KMUTEX) === 0) throw new Error('rumpuser_mutex_owner: not a KMUTEX');
      k.memory.i32[lp >>> 2] = k.memory.i32[m + OWNER] as number;
    },
    /**
     * Whether a mutex is SPIN.
     * @returns 1 or 0
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_mutex_spin_p(mtx) {
      return mutexFlags(k, mtx) & RUMPUSER_MTX_SPIN;
    },
  };
}
