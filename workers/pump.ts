// SPDX-License-Identifier: BSD-2-Clause
/** Moves bytes between a kernel descriptor and a console ring, as an lwp of the process that owns the descriptor. */
import { EAGAIN } from '../hypercall-js/errno.gen.ts';
import type { HostKernel } from '../hypercall-js/host_kernel.ts';
import type { LoadedKernel } from '../hypercall-js/loader.ts';
import { L_OUT_EOF, T_STATE, TS_FREE, TS_ORDERED } from '../hypercall-js/mailbox.ts';
import { lineRead, lineWrite } from '../hypercall-js/rumpcomp_cons.ts';
import { F_SETFL, O_NONBLOCK, SYS_close, SYS_fcntl, SYS_read, SYS_write, syscall } from './kernel_calls.ts';

/** Record in guest memory. */
export const PUMP_FD = 0;
export const PUMP_LINE = 4;
export const PUMP_DIR = 8;
export const PUMP_PID = 12;
/** State, PUMP_WAITING first. */
export const PUMP_STATE = 16;
/** Slot of the thread that runs it. */
export const PUMP_THREAD = 20;
export const PUMP_BYTES = 32;

/**
 * waiting -> claimed -> attached: a worker has come and has its lwp; its starter frees the record.
 * waiting -> finishing -> over: the program ended before; its thread did what was left. The order of a worker is cancelled,
 * or the worker that is on its way frees the record.
 * finishing -> waiting: a descendant still holds the pipe.
 */
export const PUMP_WAITING = 0;
const PUMP_CLAIMED = 1;
const PUMP_ATTACHED = 2;
const PUMP_FINISHING = 3;
const PUMP_OVER = 4;

export const PUMP_OUT = 0;
export const PUMP_IN = 1;

const BUFFER = 16384;

function setState(k: HostKernel, record: number, state: number): void {
  Atomics.store(k.memory.i32, (record + PUMP_STATE) >>> 2, state);
  Atomics.notify(k.memory.i32, (record + PUMP_STATE) >>> 2);
}

/** Sleep while the pump is in one of the states; the state it then has. */
function awaitChange(k: HostKernel, record: number, from: readonly number[]): number {
  const word = (record + PUMP_STATE) >>> 2;
  for (;;) {
    const state = Atomics.load(k.memory.i32, word);
    if (!from.includes(state)) return state;
    Atomics.wait(k.memory.i32, word, state);
  }
}

function take(k: HostKernel, record: number, state: number): boolean {
  const word = (record + PUMP_STATE) >>> 2;
  return Atomics.compareExchange(k.memory.i32, word, PUMP_WAITING, state) === PUMP_WAITING;
}

/**
 * The program has ended, its process loses the lwp that made the pump: do what is left to do if no worker has come for it
 * yet, else wait until the pump has its lwp. The calling thread is an lwp of the pump's process.
 */
export function finishPump(k: HostKernel, loaded: LoadedKernel, record: number): void {
  if (take(k, record, PUMP_FINISHING)) {
    if (drained(k, loaded, record)) {
      if (cancelled(k, record)) k.heap.free(record);
      else setState(k, record, PUMP_OVER);
      return;
    }
    setState(k, record, PUMP_WAITING);
  }
  awaitChange(k, record, [PUMP_WAITING, PUMP_CLAIMED]);
  k.heap.free(record);
}

/** While the record is claimed, its slot cannot have got another job. */
function cancelled(k: HostKernel, record: number): boolean {
  const slot = k.memory.getI32(record + PUMP_THREAD);
  if (slot < 0) return true;
  const state = k.mailbox.thread(slot) + T_STATE;
  return Atomics.compareExchange(k.words, state, TS_ORDERED, TS_FREE) === TS_ORDERED;
}

/** Move what is in the pipe; false when somebody can still write to it. */
function drained(k: HostKernel, loaded: LoadedKernel, record: number): boolean {
  const fd = k.memory.getI32(record + PUMP_FD);
  const line = k.memory.getI32(record + PUMP_LINE);
  if (k.memory.getI32(record + PUMP_DIR) === PUMP_IN) return true;
  syscall(k, loaded.exports, SYS_fcntl, [fd, F_SETFL, O_NONBLOCK]);
  const buffer = k.heap.alloc(BUFFER, 16);
  const errno = pumpOut(k, loaded, fd, line, buffer);
  k.heap.free(buffer);
  if (errno === EAGAIN) {
    syscall(k, loaded.exports, SYS_fcntl, [fd, F_SETFL, 0]);
    return false;
  }
  endOfOutput(k, line);
  return true;
}

function endOfOutput(k: HostKernel, line: number): void {
  Atomics.store(k.words, k.mailbox.line(line) + L_OUT_EOF, 1);
  k.mailbox.wakeHost();
}

/** @param record  guest address of the record */
export function runPump(k: HostKernel, loaded: LoadedKernel, record: number): void {
  while (!take(k, record, PUMP_CLAIMED)) {
    if (awaitChange(k, record, [PUMP_FINISHING]) !== PUMP_OVER) continue;
    k.heap.free(record);
    return;
  }
  const fd = k.memory.getI32(record + PUMP_FD);
  const line = k.memory.getI32(record + PUMP_LINE);
  const direction = k.memory.getI32(record + PUMP_DIR);
  const pid = k.memory.getI32(record + PUMP_PID);
  const buffer = k.heap.alloc(BUFFER, 16);
  const attached = Number(loaded.exports['rump_pub_lwproc_newlwp']?.(pid) ?? 78) === 0;
  setState(k, record, PUMP_ATTACHED);
  if (attached) {
    if (direction === PUMP_OUT) pumpOut(k, loaded, fd, line, buffer);
    else pumpIn(k, loaded, fd, line, buffer);
    loaded.exports['rump_pub_lwproc_releaselwp']?.();
  }
  k.heap.free(buffer);
  if (direction === PUMP_OUT) endOfOutput(k, line);
}

/** Until the end of the pipe, an error, or the line's; the errno. */
function pumpOut(k: HostKernel, loaded: LoadedKernel, fd: number, line: number, buffer: number): number {
  for (;;) {
    const { errno, value } = syscall(k, loaded.exports, SYS_read, [fd, buffer, BUFFER]);
    if (errno !== 0 || value === 0 || !lineWrite(k, line, k.memory.bytes(buffer, value))) return errno;
  }
}

function pumpIn(k: HostKernel, loaded: LoadedKernel, fd: number, line: number, buffer: number): void {
  for (;;) {
    const { bytes, end } = lineRead(k, line, buffer, BUFFER);
    for (let done = 0; done < bytes; ) {
      const { errno, value } = syscall(k, loaded.exports, SYS_write, [fd, buffer + done, bytes - done]);
      if (errno !== 0) return;
      done += value;
    }
    if (end) {
      syscall(k, loaded.exports, SYS_close, [fd]);
      return;
    }
  }
}
