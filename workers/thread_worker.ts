// SPDX-License-Identifier: BSD-2-Clause
/**
 * Life of a pool worker: load the kernel, sleep in its slot until a job comes, run it, sleep again.
 * States of the slot: mailbox.ts. Never returns to the event loop.
 */
import { HostKernel, KernelExit, ThreadExit } from '../hypercall-js/host_kernel.ts';
import { type LoadedKernel, loadKernel } from '../hypercall-js/loader.ts';
import {
  H_STATE,
  JOB_BIODONE,
  JOB_GUEST,
  KS_BOOT,
  Mailbox,
  T_ARG,
  T_FUNC,
  T_JOB,
  T_JOINABLE,
  T_STATE,
  TS_EXITED,
  TS_IDLE,
  TS_PENDING,
  TS_RUN,
  TS_STARTING,
} from '../hypercall-js/mailbox.ts';
import { threadName } from '../hypercall-js/rumpcomp_trap.ts';
import { runBiodoneThread } from '../hypercall-js/rumpuser_bio.ts';
import { printText } from '../hypercall-js/rumpuser_cons.ts';
import { hostServices } from './host_services.ts';
import type { InitMessage } from './protocol.ts';

/** Runs the jobs that are not of every worker (programs, pumps). */
export type JobRunner = (k: HostKernel, loaded: LoadedKernel, job: number, arg: number) => void;

export function hostKernelOf(init: InitMessage): HostKernel {
  return new HostKernel({
    mailbox: Mailbox.open(init.mailbox),
    params: init.params,
    services: hostServices(init.origin, init.hostFiles),
    slot: init.slot,
  });
}

/** Sleep for good; the host terminates this worker. */
export function sleepForever(): never {
  const word = new Int32Array(new SharedArrayBuffer(4));
  for (;;) Atomics.wait(word, 0, 0);
}

/** A trap or host fault in any thread ends the kernel. */
export function dieOf(k: HostKernel, error: unknown): void {
  if (error instanceof KernelExit) return;
  const text = error instanceof Error ? error.message : String(error);
  printText(k, `panic: ${threadName(k)}: ${text}\n`);
  k.recordPanic(threadName(k), text, error instanceof Error ? (error.stack ?? '') : '');
  k.finish(-1);
}

export function runThreadWorker(init: InitMessage, runJob: JobRunner): never {
  const k = hostKernelOf(init);
  for (let s = Atomics.load(k.words, H_STATE); s === KS_BOOT; s = Atomics.load(k.words, H_STATE))
    Atomics.wait(k.words, H_STATE, KS_BOOT);
  let loaded: LoadedKernel;
  try {
    loaded = loadKernel(k, { module: init.module, memory: init.memory, first: false, trace: init.trace });
  } catch (error) {
    dieOf(k, error);
    return sleepForever();
  }
  const state = k.mailbox.thread(init.slot) + T_STATE;
  for (;;) {
    const now = Atomics.load(k.words, state);
    if (now === TS_STARTING) Atomics.compareExchange(k.words, state, TS_STARTING, TS_IDLE);
    else if (now === TS_PENDING) Atomics.compareExchange(k.words, state, TS_PENDING, TS_RUN);
    else if (now !== TS_RUN) Atomics.wait(k.words, state, now);
    else if (!runOne(k, loaded, runJob)) return sleepForever();
    else k.mailbox.publish(state, k.words[state - T_STATE + T_JOINABLE] !== 0 ? TS_EXITED : TS_IDLE);
  }
}

/** Run the slot's job; false when the kernel is over. */
function runOne(k: HostKernel, loaded: LoadedKernel, runJob: JobRunner): boolean {
  const t = k.mailbox.thread(k.slot);
  const job = k.words[t + T_JOB] as number;
  loaded.resetThread();
  k.curlwp = 0;
  try {
    if (job === JOB_GUEST) k.func(k.words[t + T_FUNC] as number)(k.words[t + T_ARG] as number);
    else if (job === JOB_BIODONE) runBiodoneThread(k);
    else runJob(k, loaded, job, k.words[t + T_ARG] as number);
    return true;
  } catch (error) {
    if (error instanceof ThreadExit) return true;
    dieOf(k, error);
    return false;
  }
}
