// SPDX-License-Identifier: BSD-2-Clause
/**
 * rumpuser(3): condition variables.
 *
 * Object in guest memory, 16 bytes: 0 wake sequence, 4 waiters (woken ones included until they return).
 * A waiter reads the sequence before it releases the mutex, so no wake-up is lost; spurious ones are allowed.
 */
import { ETIMEDOUT } from './errno.gen.ts';
import type { HostKernel } from './host_kernel.ts';
import type { RumpuserImports } from './imports.gen.ts';
import { mutexEnterNowrap, mutexExit, mutexFlags, RUMPUSER_MTX_KMUTEX, RUMPUSER_MTX_SPIN } from './rumpuser_mutex.ts';

const WAITERS = 1;
const BYTES = 16;

/** Release the mutex, sleep until signalled or `timeoutMs` is over, take the mutex again; true unless timed out. */
function sleep(k: HostKernel, cv: number, mtx: number, timeoutMs: number | undefined): boolean {
  const i32 = k.memory.i32;
  const c = cv >>> 2;
  const seq = Atomics.load(i32, c);
  mutexExit(k, mtx);
  const how = timeoutMs === undefined ? Atomics.wait(i32, c, seq) : Atomics.wait(i32, c, seq, timeoutMs);
  mutexEnterNowrap(k, mtx);
  return how !== 'timed-out';
}

/** The order of upcalls after a wait depends on the kind of the interlock. */
function resumeWith(k: HostKernel, nlocks: number, mtx: number): void {
  const flags = mutexFlags(k, mtx);
  if ((flags & RUMPUSER_MTX_SPIN) === 0) {
    k.resume(nlocks, mtx);
    k.memory.i32[(mtx >>> 2) + 2] = k.curlwp;
  } else if ((flags & RUMPUSER_MTX_KMUTEX) !== 0) {
    mutexExit(k, mtx);
    k.resume(nlocks, mtx);
    mutexEnterNowrap(k, mtx);
  } else {
    k.resume(nlocks, mtx);
  }
}

type Calls = Pick<
  RumpuserImports,
  | 'rumpuser_cv_init'
  | 'rumpuser_cv_destroy'
  | 'rumpuser_cv_wait'
  | 'rumpuser_cv_wait_nowrap'
  | 'rumpuser_cv_timedwait'
  | 'rumpuser_cv_signal'
  | 'rumpuser_cv_broadcast'
  | 'rumpuser_cv_has_waiters'
>;

export function rumpuserCv(k: HostKernel): Calls {
  return {
    /**
     * Make a condition variable.
     * @param cvp  out: the condition variable
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_cv_init(cvp) {
      const cv = k.heap.alloc(BYTES, 16);
      if (cv === 0) throw new Error('rumpuser_cv_init: out of guest memory');
      k.memory.bytes(cv, BYTES).fill(0);
      k.memory.i32[cvp >>> 2] = cv;
    },
    /**
     * Free one nobody waits on.
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_cv_destroy(cv) {
      k.heap.free(cv);
    },
    /**
     * Release mtx and wait for a signal.
     * @blocks yes
     * @context released around the wait with mtx as interlock, held again on return
     * @worker any but the page
     */
    rumpuser_cv_wait(cv, mtx) {
      const i32 = k.memory.i32;
      Atomics.add(i32, (cv >>> 2) + WAITERS, 1);
      const nlocks = k.unschedule(mtx);
      sleep(k, cv, mtx, undefined);
      resumeWith(k, nlocks, mtx);
      Atomics.sub(i32, (cv >>> 2) + WAITERS, 1);
    },
    /**
     * The same without upcalls.
     * @blocks yes
     * @context untouched
     * @worker any but the page
     */
    rumpuser_cv_wait_nowrap(cv, mtx) {
      const i32 = k.memory.i32;
      Atomics.add(i32, (cv >>> 2) + WAITERS, 1);
      sleep(k, cv, mtx, undefined);
      Atomics.sub(i32, (cv >>> 2) + WAITERS, 1);
    },
    /**
     * Wait with a limit, measured from the call.
     * @param sec, nsec  relative time
     * @returns 0 or ETIMEDOUT
     * @blocks yes
     * @context released around the wait with mtx as interlock, held again on return
     * @worker any but the page
     */
    rumpuser_cv_timedwait(cv, mtx, sec, nsec) {
      const i32 = k.memory.i32;
      const deadline = k.services.monotonicMs() + Number(sec) * 1000 + Number(nsec) / 1e6;
      Atomics.add(i32, (cv >>> 2) + WAITERS, 1);
      const nlocks = k.unschedule(mtx);
      const signalled = sleep(k, cv, mtx, Math.max(0, deadline - k.services.monotonicMs()));
      resumeWith(k, nlocks, mtx);
      Atomics.sub(i32, (cv >>> 2) + WAITERS, 1);
      return signalled ? 0 : ETIMEDOUT;
    },
    /**
     * Wake one waiter.
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_cv_signal(cv) {
      const c = cv >>> 2;
      Atomics.add(k.memory.i32, c, 1);
      if (Atomics.load(k.memory.i32, c + WAITERS) > 0) Atomics.notify(k.memory.i32, c, 1);
    },
    /**
     * Wake all waiters.
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_cv_broadcast(cv) {
      const c = cv >>> 2;
      Atomics.add(k.memory.i32, c, 1);
      if (Atomics.load(k.memory.i32, c + WAITERS) > 0) Atomics.notify(k.memory.i32, c);
    },
    /**
     * How many wait, the woken ones included until they return.
     * @param rvp  out: number
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_cv_has_waiters(cv, rvp) {
      k.memory.i32[rvp >>> 2] = Atomics.load(k.memory.i32, (cv >>> 2) + WAITERS);
    },
  };
}
