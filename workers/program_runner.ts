// SPDX-License-Identifier: BSD-2-Clause
/** The job of a program worker: a program, started by another program or by the host. */
import { type HostKernel, KernelExit, ThreadExit } from '../hypercall-js/host_kernel.ts';
import { kernelInstance } from '../hypercall-js/kernel_instance.ts';
import type { LoadedKernel } from '../hypercall-js/loader.ts';
import {
  ARGS_BYTES,
  EV_EXITED,
  EV_SIGNALED,
  JOB_PROGRAM,
  P_ARGS,
  P_EVENT,
  P_LINE,
  P_LWP,
  P_PID,
  P_START,
  P_STARTLEN,
  P_STATE,
  P_THREAD,
  P_VALUE,
  PS_ZOMBIE,
  T_PROC,
} from '../hypercall-js/mailbox.ts';
import type { KernelInstance, RunProgram } from '../userland/abi.ts';
import { notifyParent, programHost } from './program_host.ts';
import { makeSession } from './session_setup.ts';
import type { ProgramRecord } from './session_start.ts';
import { orphanChildren } from './sessions.ts';

/** Make the job runner of a worker; the client's view of the kernel is made once. */
export function programJobs(
  runProgram: RunProgram,
): (k: HostKernel, loaded: LoadedKernel, job: number, arg: number) => void {
  let instance: KernelInstance | undefined;
  return (k, loaded, job, arg) => {
    instance ??= kernelInstance(k, loaded);
    if (job === JOB_PROGRAM) runOne(k, loaded, instance, arg, runProgram);
    else throw new Error(`a program worker cannot run job ${job}`);
  };
}

function readRecord(k: HostKernel, p: number): ProgramRecord {
  const { words } = k;
  const ptr = words[p + P_START] as number;
  const length = words[p + P_STARTLEN] as number;
  if (ptr === 0) {
    const at = k.mailbox.lineStart(words[p + P_LINE] as number);
    return JSON.parse(new TextDecoder().decode(k.mailbox.bytes.slice(at, at + length))) as ProgramRecord;
  }
  const record = JSON.parse(k.memory.text(ptr, length)) as ProgramRecord;
  k.heap.free(ptr);
  return record;
}

function runOne(
  k: HostKernel,
  loaded: LoadedKernel,
  instance: KernelInstance,
  slot: number,
  runProgram: RunProgram,
): void {
  const { words, mailbox } = k;
  const p = mailbox.proc(slot);
  const e = instance.exports;
  words[p + P_THREAD] = k.slot;
  words[mailbox.thread(k.slot) + T_PROC] = slot;
  k.procSlot = slot;
  const record = readRecord(k, p);
  mailbox.putName(p + P_ARGS, ARGS_BYTES, record.argv.join('\x1f'));
  let after: (() => void) | undefined;
  let result: ReturnType<RunProgram>;
  if (record.session === undefined) e['rump_pub_lwproc_switch']?.(words[p + P_LWP] as number);
  else after = makeSession(k, loaded, p, record.session);
  try {
    result = runProgram({
      kernel: instance,
      host: programHost(k, instance, slot),
      pid: words[p + P_PID] as number,
      argv: record.argv,
      env: record.env,
      ...(record.state === undefined ? {} : { state: record.state }),
    });
  } catch (error) {
    if (error instanceof KernelExit || error instanceof ThreadExit || error instanceof WebAssembly.RuntimeError)
      throw error;
    result = 70;
  }
  e['rump_pub_lwproc_releaselwp']?.();
  after?.();
  k.procSlot = -1;
  orphanChildren(mailbox, slot);
  words[p + P_VALUE] = typeof result === 'number' ? result : result.signal;
  Atomics.store(words, p + P_EVENT, typeof result === 'number' ? EV_EXITED : EV_SIGNALED);
  Atomics.store(words, p + P_STATE, PS_ZOMBIE);
  notifyParent(k, p);
}
