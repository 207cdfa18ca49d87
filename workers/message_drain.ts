// SPDX-License-Identifier: BSD-2-Clause
/** Takes the kernel's messages (rumpuser_putchar, rumpuser_dprintf) out of their ring. */
import { H_KLOG_HEAD, H_KLOG_TAIL, KLOG_BYTES, type Mailbox } from '../hypercall-js/mailbox.ts';

export class MessageDrain {
  constructor(
    private readonly mailbox: Mailbox,
    private readonly sink: (bytes: Uint8Array) => void,
  ) {}

  drain(): void {
    const { words, bytes, layout } = this.mailbox;
    const head = Atomics.load(words, H_KLOG_HEAD);
    const tail = words[H_KLOG_TAIL] as number;
    const count = (head - tail) >>> 0;
    if (count === 0) return;
    const at = (tail >>> 0) % KLOG_BYTES;
    const first = Math.min(count, KLOG_BYTES - at);
    const out = new Uint8Array(count);
    out.set(bytes.subarray(layout.klogByte + at, layout.klogByte + at + first));
    out.set(bytes.subarray(layout.klogByte, layout.klogByte + count - first), first);
    Atomics.store(words, H_KLOG_TAIL, head);
    this.sink(out);
  }
}
