// SPDX-License-Identifier: BSD-2-Clause
/** Moves bytes between a kernel descriptor and a console ring, as an lwp of the process that owns the descriptor. */
import type { HostKernel } from '../hypercall-js/host_kernel.ts';
import type { LoadedKernel } from '../hypercall-js/loader.ts';
import { L_OUT_EOF } from '../hypercall-js/mailbox.ts';
import { lineRead, lineWrite } from '../hypercall-js/rumpcomp_cons.ts';
import { SYS_close, SYS_read, SYS_write, syscall } from './kernel_calls.ts';

/** Record in guest memory. */
export const PUMP_FD = 0;
export const PUMP_LINE = 4;
export const PUMP_DIR = 8;
export const PUMP_PID = 12;
/** 0 until the pump has its lwp (or cannot get one); its starter waits for it, then frees the record. */
export const PUMP_READY = 16;
export const PUMP_BYTES = 32;

export const PUMP_OUT = 0;
export const PUMP_IN = 1;

const BUFFER = 16384;

/** Sleep until a pump has its lwp; then its process may lose the lwp that made it. */
export function awaitPump(k: HostKernel, record: number): void {
  const ready = (record + PUMP_READY) >>> 2;
  while (Atomics.load(k.memory.i32, ready) === 0) Atomics.wait(k.memory.i32, ready, 0);
  k.heap.free(record);
}

/** @param record  guest address of the record */
export function runPump(k: HostKernel, loaded: LoadedKernel, record: number): void {
  const fd = k.memory.getI32(record + PUMP_FD);
  const line = k.memory.getI32(record + PUMP_LINE);
  const direction = k.memory.getI32(record + PUMP_DIR);
  const pid = k.memory.getI32(record + PUMP_PID);
  const buffer = k.heap.alloc(BUFFER, 16);
  const attached = Number(loaded.exports['rump_pub_lwproc_newlwp']?.(pid) ?? 78) === 0;
  Atomics.store(k.memory.i32, (record + PUMP_READY) >>> 2, 1);
  Atomics.notify(k.memory.i32, (record + PUMP_READY) >>> 2);
  if (attached) {
    if (direction === PUMP_OUT) pumpOut(k, loaded, fd, line, buffer);
    else pumpIn(k, loaded, fd, line, buffer);
    loaded.exports['rump_pub_lwproc_releaselwp']?.();
  }
  k.heap.free(buffer);
  if (direction === PUMP_OUT) {
    Atomics.store(k.words, k.mailbox.line(line) + L_OUT_EOF, 1);
    k.mailbox.wakeHost();
  }
}

function pumpOut(k: HostKernel, loaded: LoadedKernel, fd: number, line: number, buffer: number): void {
  for (;;) {
    const { errno, value } = syscall(k, loaded.exports, SYS_read, [fd, buffer, BUFFER]);
    if (errno !== 0 || value === 0 || !lineWrite(k, line, k.memory.bytes(buffer, value))) return;
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
