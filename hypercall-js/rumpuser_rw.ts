// SPDX-License-Identifier: BSD-2-Clause
/**
 * rumpuser(3): reader/writer locks. A waiting writer keeps new readers out.
 *
 * Object in guest memory, 32 bytes: 0 holders (n readers, -1 a writer), 4 waiting writers, 8 wake sequence,
 * 12 sleepers, 16 owner lwp.
 */
import { EBUSY } from './errno.gen.ts';
import type { HostKernel } from './host_kernel.ts';
import type { RumpuserImports } from './imports.gen.ts';

export const RUMPUSER_RW_READER = 0;
export const RUMPUSER_RW_WRITER = 1;
const WRITERS = 1;
const SEQ = 2;
const SLEEPERS = 3;
const OWNER = 4;
const BYTES = 32;

function tryReader(i32: Int32Array, r: number, evenIfWriterWaits: boolean): boolean {
  for (let held = Atomics.load(i32, r); held >= 0; held = Atomics.load(i32, r)) {
    if (!evenIfWriterWaits && Atomics.load(i32, r + WRITERS) > 0) return false;
    if (Atomics.compareExchange(i32, r, held, held + 1) === held) return true;
  }
  return false;
}

function tryWriter(i32: Int32Array, r: number): boolean {
  return Atomics.compareExchange(i32, r, 0, -1) === 0;
}

function wake(i32: Int32Array, r: number): void {
  Atomics.add(i32, r + SEQ, 1);
  if (Atomics.load(i32, r + SLEEPERS) > 0) Atomics.notify(i32, r + SEQ);
}

function sleepFor(i32: Int32Array, r: number, attempt: () => boolean): void {
  Atomics.add(i32, r + SLEEPERS, 1);
  for (;;) {
    const seq = Atomics.load(i32, r + SEQ);
    if (attempt()) break;
    Atomics.wait(i32, r + SEQ, seq);
  }
  Atomics.sub(i32, r + SLEEPERS, 1);
}

type Calls = Pick<
  RumpuserImports,
  | 'rumpuser_rw_init'
  | 'rumpuser_rw_enter'
  | 'rumpuser_rw_tryenter'
  | 'rumpuser_rw_tryupgrade'
  | 'rumpuser_rw_downgrade'
  | 'rumpuser_rw_exit'
  | 'rumpuser_rw_destroy'
  | 'rumpuser_rw_held'
>;

export function rumpuserRw(k: HostKernel): Calls {
  const enterWriter = (r: number): void => {
    const i32 = k.memory.i32;
    if (!tryWriter(i32, r)) {
      const nlocks = k.unschedule(0);
      Atomics.add(i32, r + WRITERS, 1);
      sleepFor(i32, r, () => tryWriter(i32, r));
      Atomics.sub(i32, r + WRITERS, 1);
      k.resume(nlocks, 0);
    }
    i32[r + OWNER] = k.curlwp;
  };
  const enterReader = (r: number): void => {
    const i32 = k.memory.i32;
    if (tryReader(i32, r, false)) return;
    const nlocks = k.unschedule(0);
    sleepFor(i32, r, () => tryReader(i32, r, false));
    k.resume(nlocks, 0);
  };
  return {
    /**
     * Make a lock.
     * @param rwp  out: the lock
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_rw_init(rwp) {
      const rw = k.heap.alloc(BYTES, 16);
      if (rw === 0) throw new Error('rumpuser_rw_init: out of guest memory');
      k.memory.bytes(rw, BYTES).fill(0);
      k.memory.i32[rwp >>> 2] = rw;
    },
    /**
     * Take a lock.
     * @param how  RUMPUSER_RW_READER or _WRITER
     * @blocks yes - while it is held the other way
     * @context released around the wait, held again on return
     * @worker any but the page
     */
    rumpuser_rw_enter(how, rw) {
      if (how === RUMPUSER_RW_WRITER) enterWriter(rw >>> 2);
      else enterReader(rw >>> 2);
    },
    /**
     * Take a lock if that is possible at once.
     * @returns 0 or EBUSY
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_rw_tryenter(how, rw) {
      const i32 = k.memory.i32;
      const r = rw >>> 2;
      if (how === RUMPUSER_RW_READER) return tryReader(i32, r, true) ? 0 : EBUSY;
      if (!tryWriter(i32, r)) return EBUSY;
      i32[r + OWNER] = k.curlwp;
      return 0;
    },
    /**
     * The only reader becomes the writer, atomically.
     * @returns 0 or EBUSY
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_rw_tryupgrade(rw) {
      const r = rw >>> 2;
      if (Atomics.compareExchange(k.memory.i32, r, 1, -1) !== 1) return EBUSY;
      k.memory.i32[r + OWNER] = k.curlwp;
      return 0;
    },
    /**
     * The writer becomes a reader; no other writer in between.
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_rw_downgrade(rw) {
      const r = rw >>> 2;
      k.memory.i32[r + OWNER] = 0;
      Atomics.store(k.memory.i32, r, 1);
      wake(k.memory.i32, r);
    },
    /**
     * Release whichever kind the caller holds.
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_rw_exit(rw) {
      const i32 = k.memory.i32;
      const r = rw >>> 2;
      if (Atomics.load(i32, r) < 0) {
        i32[r + OWNER] = 0;
        Atomics.store(i32, r, 0);
        wake(i32, r);
      } else if (Atomics.sub(i32, r, 1) === 1) {
        wake(i32, r);
      }
    },
    /**
     * Free a lock nobody holds.
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_rw_destroy(rw) {
      if (k.memory.i32[rw >>> 2] !== 0) throw new Error('rumpuser_rw_destroy: lock is held');
      k.heap.free(rw);
    },
    /**
     * Whether a lock is held.
     * @param how  WRITER: by the current lwp for writing; READER: by anybody for reading
     * @param rvp  out: 1 or 0
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_rw_held(how, rw, rvp) {
      const r = rw >>> 2;
      const held = Atomics.load(k.memory.i32, r);
      const yes = how === RUMPUSER_RW_WRITER ? held < 0 && k.memory.i32[r + OWNER] === k.curlwp : held > 0;
      k.memory.i32[rvp >>> 2] = yes ? 1 : 0;
    },
  };
}
