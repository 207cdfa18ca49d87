// SPDX-License-Identifier: BSD-2-Clause
/** rumpuser(3): putchar and dprintf, both into the message ring that the host drains. */
import { formatPrintf } from './format_printf.ts';
import { lockEnter, lockExit } from './futex.ts';
import type { HostKernel } from './host_kernel.ts';
import type { RumpuserImports } from './imports.gen.ts';
import { H_KLOG_DROPPED, H_KLOG_HEAD, H_KLOG_LOCK, H_KLOG_TAIL, KLOG_BYTES } from './mailbox.ts';

const NEWLINE = 10;
const LINE_MAX = 512;

/** Append bytes to the message ring; what does not fit is dropped and counted, because printing never blocks. */
export function pushMessage(k: HostKernel, bytes: Uint8Array): void {
  if (k.onMessage !== undefined) {
    k.onMessage(bytes);
    return;
  }
  const { words, bytes: area, layout } = k.mailbox;
  lockEnter(words, H_KLOG_LOCK);
  const head = Atomics.load(words, H_KLOG_HEAD);
  const room = KLOG_BYTES - ((head - Atomics.load(words, H_KLOG_TAIL)) >>> 0);
  const count = Math.min(room, bytes.length);
  const at = (head >>> 0) % KLOG_BYTES;
  const first = Math.min(count, KLOG_BYTES - at);
  area.set(bytes.subarray(0, first), layout.klogByte + at);
  area.set(bytes.subarray(first, count), layout.klogByte);
  Atomics.store(words, H_KLOG_HEAD, (head + count) | 0);
  if (count < bytes.length) Atomics.add(words, H_KLOG_DROPPED, bytes.length - count);
  lockExit(words, H_KLOG_LOCK);
  k.mailbox.wakeHost();
}

/** Hand on what rumpuser_putchar has gathered. */
export function flushPutchar(k: HostKernel): void {
  if (k.putcharText.length === 0) return;
  const bytes = Uint8Array.from(k.putcharText);
  k.putcharText = [];
  pushMessage(k, bytes);
}

/** Print host text among the kernel's messages. */
export function printText(k: HostKernel, text: string): void {
  flushPutchar(k);
  pushMessage(k, new TextEncoder().encode(text));
}

export function rumpuserCons(k: HostKernel): Pick<RumpuserImports, 'rumpuser_putchar' | 'rumpuser_dprintf'> {
  return {
    /**
     * One character of kernel output; handed on a line at a time.
     * @param ch  low eight bits count
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_putchar(ch) {
      k.putcharText.push(ch & 0xff);
      if (ch === NEWLINE || k.putcharText.length >= LINE_MAX) flushPutchar(k);
    },
    /**
     * Debug output around the kernel: printf subset (flags, width, precision, l, ll, z; d i u x X o p s c %).
     * @param fmt  format
     * @param ap   address of the variable arguments, as wasm32 passes them
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_dprintf(fmt, ap) {
      printText(k, formatPrintf(k.memory, k.memory.cstring(fmt), ap));
    },
  };
}
