// SPDX-License-Identifier: BSD-2-Clause
/** rumpuser(3): threads and the current lwp. Locks are in rumpuser_mutex.ts, rumpuser_rw.ts and rumpuser_cv.ts. */
import { EAGAIN, EINVAL } from './errno.gen.ts';
import { type HostKernel, ThreadExit } from './host_kernel.ts';
import type { RumpuserImports } from './imports.gen.ts';
import {
  H_THREADS_OFF,
  JOB_GUEST,
  MAX_THREADS,
  type Mailbox,
  T_ARG,
  T_CPU,
  T_FUNC,
  T_GEN,
  T_JOB,
  T_JOINABLE,
  T_KIND,
  T_LWP,
  T_NAME,
  T_PRIORITY,
  T_STATE,
  TK_KTHREAD,
  TS_EXITED,
  TS_FILLING,
  TS_FREE,
  TS_IDLE,
  TS_ORDERED,
  TS_PENDING,
  TS_RUN,
  TS_STARTING,
} from './mailbox.ts';

const LWP_SET = 2;
const LWP_CLEAR = 3;

export interface Job {
  readonly kind: number;
  readonly job: number;
  readonly func: number;
  readonly arg: number;
  readonly joinable: boolean;
  readonly name: string;
  readonly priority?: number;
  readonly cpu?: number;
}

/** State a claimed slot takes once its job is written. */
const NEXT_STATE = new Map([
  [TS_IDLE, TS_RUN],
  [TS_STARTING, TS_PENDING],
  [TS_FREE, TS_ORDERED],
]);

/**
 * Give a job to a pool worker: one asleep, else one on its way, else an empty slot for which the host makes a worker.
 * Never sleeps. Returns the slot, or -1 when all are taken.
 */
export function startJob(mailbox: Mailbox, job: Job): number {
  const { words } = mailbox;
  for (const from of [TS_IDLE, TS_STARTING, TS_FREE]) {
    for (let slot = 0; slot < MAX_THREADS; slot++) {
      const t = mailbox.thread(slot);
      if (Atomics.load(words, t + T_STATE) !== from) continue;
      if (from !== TS_FREE && words[t + T_KIND] !== job.kind) continue;
      if (Atomics.compareExchange(words, t + T_STATE, from, TS_FILLING) !== from) continue;
      fillSlot(mailbox, t, job);
      mailbox.publish(t + T_STATE, NEXT_STATE.get(from) as number);
      mailbox.wakeHost();
      return slot;
    }
  }
  return -1;
}

function fillSlot(mailbox: Mailbox, t: number, job: Job): void {
  const { words } = mailbox;
  words[t + T_KIND] = job.kind;
  words[t + T_JOB] = job.job;
  words[t + T_FUNC] = job.func;
  words[t + T_ARG] = job.arg;
  words[t + T_JOINABLE] = job.joinable ? 1 : 0;
  words[t + T_PRIORITY] = job.priority ?? -1;
  words[t + T_CPU] = job.cpu ?? -1;
  words[t + T_LWP] = 0;
  words[t + T_GEN] = ((words[t + T_GEN] as number) + 1) & 0x7fff;
  mailbox.putName(t + T_NAME, 32, job.name);
}

type Calls = Pick<
  RumpuserImports,
  'rumpuser_thread_create' | 'rumpuser_thread_exit' | 'rumpuser_thread_join' | 'rumpuser_curlwpop' | 'rumpuser_curlwp'
>;

export function rumpuserPth(k: HostKernel): Calls {
  const { mailbox, words } = k;
  const lwpWord = k.slot < 0 ? -1 : mailbox.thread(k.slot) + T_LWP;
  return {
    /**
     * Start f(arg) on a thread of its own.
     * @param f, arg     function (table index) and its argument
     * @param name       for people; may be NULL
     * @param joinable   1: *cookie is set and must be joined
     * @param priority   advice, ignored
     * @param cpuidx     advice, ignored
     * @param cookie     out: for rumpuser_thread_join
     * @returns 0, EAGAIN no slot is free, EINVAL with RUMP_THREADS=0
     * @blocks no
     * @context kept; the new thread starts without lwp and CPU
     * @worker any
     */
    rumpuser_thread_create(f, arg, name, joinable, priority, cpuidx, cookie) {
      if (words[H_THREADS_OFF] !== 0) return EINVAL;
      const slot = startJob(mailbox, {
        kind: TK_KTHREAD,
        job: JOB_GUEST,
        func: f,
        arg,
        joinable: joinable !== 0,
        name: k.memory.cstring(name, 32),
        priority,
        cpu: cpuidx,
      });
      if (slot < 0) return EAGAIN;
      if (joinable !== 0) k.memory.setI32(cookie, ((words[mailbox.thread(slot) + T_GEN] as number) << 16) | (slot + 1));
      return 0;
    },
    /**
     * End the calling thread.
     * @blocks no
     * @context unscheduled, without lwp; never returns
     * @worker kernel thread
     */
    rumpuser_thread_exit() {
      throw new ThreadExit();
    },
    /**
     * Wait for the end of a joinable thread and free its cookie.
     * @param cookie  from rumpuser_thread_create
     * @returns 0, or EINVAL for a cookie that names no thread
     * @blocks yes
     * @context released around the wait, held again on return
     * @worker any but the page
     */
    rumpuser_thread_join(cookie) {
      const slot = (cookie & 0xffff) - 1;
      if (slot < 0 || slot >= MAX_THREADS) return EINVAL;
      const t = mailbox.thread(slot);
      if (words[t + T_GEN] !== cookie >>> 16 || words[t + T_JOINABLE] === 0) return EINVAL;
      const nlocks = k.unschedule(0);
      for (
        let state = Atomics.load(words, t + T_STATE);
        state !== TS_EXITED;
        state = Atomics.load(words, t + T_STATE)
      ) {
        Atomics.wait(words, t + T_STATE, state);
      }
      words[t + T_JOINABLE] = 0;
      mailbox.publish(t + T_STATE, TS_IDLE);
      k.resume(nlocks, 0);
      return 0;
    },
    /**
     * What the kernel does with the calling thread's lwp.
     * @param op  0 CREATE, 1 DESTROY: information; 2 SET; 3 CLEAR
     * @param l   struct lwp *
     * @blocks no
     * @context any
     * @worker any
     */
    rumpuser_curlwpop(op, l) {
      if (op === LWP_SET) k.curlwp = l;
      else if (op === LWP_CLEAR) k.curlwp = 0;
      else return;
      if (lwpWord >= 0) words[lwpWord] = k.curlwp;
    },
    /**
     * The current lwp.
     * @returns struct lwp *, NULL when none is set
     * @blocks no
     * @context any
     * @worker any
     */
    rumpuser_curlwp() {
      return k.curlwp;
    },
  };
}
