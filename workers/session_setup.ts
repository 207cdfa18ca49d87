// SPDX-License-Identifier: BSD-2-Clause
/** Makes the process of a session the host starts: its descriptors, session and controlling terminal. */

import type { HostKernel } from '../hypercall-js/host_kernel.ts';
import type { LoadedKernel } from '../hypercall-js/loader.ts';
import { JOB_PUMP, P_LWP, P_PID, TK_KTHREAD } from '../hypercall-js/mailbox.ts';
import { flushPutchar, printText } from '../hypercall-js/rumpuser_cons.ts';
import { startJob } from '../hypercall-js/rumpuser_pth.ts';
import {
  O_RDWR,
  RUMP_RFCFDG,
  RUMP_RFFDG,
  SYS_close,
  SYS_dup2,
  SYS_getpid,
  SYS_ioctl,
  SYS_open,
  SYS_pipe2,
  SYS_setsid,
  syscall,
  TIOCSCTTY,
  withPath,
} from './kernel_calls.ts';
import {
  finishPump,
  PUMP_BYTES,
  PUMP_DIR,
  PUMP_FD,
  PUMP_IN,
  PUMP_LINE,
  PUMP_OUT,
  PUMP_PID,
  PUMP_STATE,
  PUMP_THREAD,
  PUMP_WAITING,
} from './pump.ts';
import type { SessionRecord } from './session_start.ts';

/** Device of a console line. */
export function lineDevice(line: number): string {
  return line === 0 ? '/dev/console' : `/dev/ttyE${line - 1}`;
}

/** Returns what is to be done after the program's lwp was released. */
export function makeSession(
  k: HostKernel,
  loaded: LoadedKernel,
  p: number,
  session: SessionRecord,
): (() => void) | undefined {
  if (session.mode === 'pipes') return pipeSession(k, loaded, p, session);
  rfork(loaded, RUMP_RFCFDG);
  adopt(k, loaded, p);
  call(k, loaded, 'setsid', SYS_setsid, []);
  withPath(k, lineDevice(session.line), (path) =>
    call(k, loaded, `open ${lineDevice(session.line)}`, SYS_open, [path, O_RDWR, 0]),
  );
  call(k, loaded, 'dup2', SYS_dup2, [0, 1]);
  call(k, loaded, 'dup2', SYS_dup2, [0, 2]);
  call(k, loaded, 'TIOCSCTTY', SYS_ioctl, [0, TIOCSCTTY, 0]);
  return undefined;
}

function rfork(loaded: LoadedKernel, flags: number): number {
  const errno = Number(loaded.exports['rump_pub_lwproc_rfork']?.(flags) ?? 78);
  if (errno !== 0) throw new Error(`rump_pub_lwproc_rfork: errno ${errno}`);
  return Number(loaded.exports['rump_pub_lwproc_curlwp']?.());
}

/** Record the current process as the slot's. */
function adopt(k: HostKernel, loaded: LoadedKernel, p: number): void {
  k.words[p + P_LWP] = Number(loaded.exports['rump_pub_lwproc_curlwp']?.());
  Atomics.store(k.words, p + P_PID, syscall(k, loaded.exports, SYS_getpid, []).value);
}

/** A step of the set-up; what fails is said among the kernel's messages, the program starts all the same. */
function call(k: HostKernel, loaded: LoadedKernel, what: string, number: number, args: readonly number[]): number {
  const { errno, value } = syscall(k, loaded.exports, number, args);
  if (errno !== 0) printText(k, `host: session set-up: ${what}: errno ${errno}\n`);
  flushPutchar(k);
  return value;
}

/**
 * Two processes: one keeps the host's ends of the pipes and has a pump lwp for each, the other runs the program.
 * Descriptors of the first: 0/1 input pipe, 2/3 output, 4/5 error output.
 */
function pipeSession(
  k: HostKernel,
  loaded: LoadedKernel,
  p: number,
  session: Extract<SessionRecord, { mode: 'pipes' }>,
): () => void {
  const e = loaded.exports;
  const keeper = rfork(loaded, RUMP_RFCFDG);
  const keeperPid = syscall(k, e, SYS_getpid, []).value;
  if (session.stdin) pipe(k, loaded);
  else
    for (let i = 0; i < 2; i++)
      withPath(k, '/dev/null', (path) => call(k, loaded, 'open /dev/null', SYS_open, [path, O_RDWR, 0]));
  pipe(k, loaded);
  pipe(k, loaded);
  rfork(loaded, RUMP_RFFDG);
  adopt(k, loaded, p);
  call(k, loaded, 'setsid', SYS_setsid, []);
  call(k, loaded, 'dup2', SYS_dup2, [3, 1]);
  call(k, loaded, 'dup2', SYS_dup2, [5, 2]);
  for (const fd of [3, 4, 5]) call(k, loaded, 'close', SYS_close, [fd]);
  const program = k.words[p + P_LWP] as number;
  e['rump_pub_lwproc_switch']?.(keeper);
  for (const fd of [0, 3, 5]) call(k, loaded, 'close', SYS_close, [fd]);
  const pumps = [
    startPump(k, keeperPid, 2, session.line, PUMP_OUT),
    startPump(k, keeperPid, 4, session.errLine, PUMP_OUT),
  ];
  if (session.stdin) pumps.push(startPump(k, keeperPid, 1, session.line, PUMP_IN));
  e['rump_pub_lwproc_switch']?.(program);
  return () => {
    e['rump_pub_lwproc_switch']?.(keeper);
    for (const pump of pumps) finishPump(k, loaded, pump);
    // The pump of the input may have closed it already.
    if (session.stdin) syscall(k, e, SYS_close, [1]);
    e['rump_pub_lwproc_releaselwp']?.();
  };
}

function pipe(k: HostKernel, loaded: LoadedKernel): void {
  const fds = k.heap.alloc(8, 16);
  call(k, loaded, 'pipe2', SYS_pipe2, [fds, 0]);
  k.heap.free(fds);
}

function startPump(k: HostKernel, pid: number, fd: number, line: number, direction: number): number {
  const record = k.heap.alloc(PUMP_BYTES, 16);
  k.memory.setI32(record + PUMP_FD, fd);
  k.memory.setI32(record + PUMP_LINE, line);
  k.memory.setI32(record + PUMP_DIR, direction);
  k.memory.setI32(record + PUMP_PID, pid);
  k.memory.setI32(record + PUMP_STATE, PUMP_WAITING);
  const job = { kind: TK_KTHREAD, job: JOB_PUMP, func: 0, arg: record, joinable: false, name: 'pump' };
  k.memory.setI32(record + PUMP_THREAD, startJob(k.mailbox, job));
  return record;
}
