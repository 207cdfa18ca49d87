// SPDX-License-Identifier: BSD-2-Clause
/** rumpuser(3): signals, exit, errno of the client, daemonize. */
import { EINPROGRESS, EINVAL, ENOENT } from './errno.gen.ts';
import { type HostKernel, KernelExit } from './host_kernel.ts';
import type { RumpuserImports } from './imports.gen.ts';
import {
  H_DAEMON,
  MAX_PROCS,
  type Mailbox,
  P_INSIST,
  P_PID,
  P_SIG_HI,
  P_SIG_LO,
  P_SIGFLAG,
  P_STATE,
  P_WAKE,
  PS_ALIVE,
  PS_STOPPED,
} from './mailbox.ts';
import { flushPutchar, printText } from './rumpuser_cons.ts';

const NSIG_MAX = 63;
const SIGINT = 2;
const SIGQUIT = 3;
const SIGKILL = 9;

/** Process slot of a live process with this pid, or -1. */
export function findProcess(mailbox: Mailbox, pid: number): number {
  for (let i = 0; i < MAX_PROCS; i++) {
    const p = mailbox.proc(i);
    const state = Atomics.load(mailbox.words, p + P_STATE);
    if ((state === PS_ALIVE || state === PS_STOPPED) && Atomics.load(mailbox.words, p + P_PID) === pid) return i;
  }
  return -1;
}

/** Put a signal in a program's mailbox and wake it. The host is told of those that may have to end a program that spins. */
export function postSignal(mailbox: Mailbox, slot: number, sig: number): void {
  const p = mailbox.proc(slot);
  const bit = sig - 1;
  Atomics.or(mailbox.words, p + (bit < 32 ? P_SIG_LO : P_SIG_HI), 1 << (bit & 31));
  Atomics.store(mailbox.words, p + P_SIGFLAG, 1);
  mailbox.bump(p + P_WAKE);
  if (sig === SIGKILL || sig === SIGINT || sig === SIGQUIT) {
    Atomics.add(mailbox.words, p + P_INSIST, sig === SIGKILL ? 2 : 1);
    mailbox.wakeHost();
  }
}

type Calls = Pick<
  RumpuserImports,
  'rumpuser_kill' | 'rumpuser_exit' | 'rumpuser_seterrno' | 'rumpuser_daemonize_begin' | 'rumpuser_daemonize_done'
>;

export function rumpuserSig(k: HostKernel): Calls {
  return {
    /**
     * Deliver a signal to a client process of this host.
     * @param pid  rump pid, or -1: the calling client
     * @param sig  NetBSD signal number
     * @returns 0, EINVAL bad number, ENOENT no program of that pid
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_kill(pid, sig) {
      if (sig < 1 || sig > NSIG_MAX) return EINVAL;
      const slot = pid === -1n ? k.procSlot : findProcess(k.mailbox, Number(pid));
      if (slot < 0) return ENOENT;
      postSignal(k.mailbox, slot, sig);
      return 0;
    },
    /**
     * The kernel is over. All its threads are stopped by the host; this one unwinds.
     * @param value  -1 after a panic, else the exit status
     * @blocks no
     * @context any; never returns
     * @worker any
     */
    rumpuser_exit(value) {
      flushPutchar(k);
      if (value === -1) k.recordPanic('', 'kernel called rumpuser_exit(RUMPUSER_PANIC)', new Error('exit').stack ?? '');
      k.finish(value);
      throw new KernelExit(value);
    },
    /**
     * Set the client's errno in the calling thread.
     * @param error  NetBSD errno or 0
     * @blocks no
     * @context any
     * @worker any
     */
    rumpuser_seterrno(error) {
      k.clientErrno = error;
    },
    /**
     * Begin to detach from the starter. A worker has no terminal to leave, so only the order of calls is kept.
     * @returns 0, or EINPROGRESS when already begun
     * @blocks no
     * @context none
     * @worker control
     */
    rumpuser_daemonize_begin() {
      return Atomics.compareExchange(k.words, H_DAEMON, 0, 1) === 0 ? 0 : EINPROGRESS;
    },
    /**
     * End what rumpuser_daemonize_begin began.
     * @param error  reported to the host as a message when not 0
     * @returns 0, or ENOENT when not begun
     * @blocks no
     * @context any
     * @worker control
     */
    rumpuser_daemonize_done(error) {
      if (Atomics.compareExchange(k.words, H_DAEMON, 1, 0) !== 1) return ENOENT;
      if (error !== 0) printText(k, `rumpuser_daemonize_done: error ${error}\n`);
      return 0;
    },
  };
}
