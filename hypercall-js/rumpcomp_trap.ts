// SPDX-License-Identifier: BSD-2-Clause
/** Our component hypercalls: the text of a panic. */
import type { HostKernel } from './host_kernel.ts';
import type { RumpcompImports } from './imports.gen.ts';
import { T_NAME } from './mailbox.ts';
import { flushPutchar } from './rumpuser_cons.ts';

/** Name of the thread that runs in this worker. */
export function threadName(k: HostKernel): string {
  return k.slot < 0 ? 'control' : k.mailbox.getName(k.mailbox.thread(k.slot) + T_NAME, 32) || `slot ${k.slot}`;
}

const FRAMES = 50;

/** The calling thread's stack, deeper than V8 gives by itself. */
export function deepStack(): string {
  const limited = Error as { stackTraceLimit?: number };
  const before = limited.stackTraceLimit;
  limited.stackTraceLimit = FRAMES;
  const stack = new Error('panic').stack ?? '';
  if (before !== undefined) limited.stackTraceLimit = before;
  return stack;
}

export function rumpcompTrap(k: HostKernel): Pick<RumpcompImports, 'rumpcomp_trap'> {
  return {
    /**
     * Hand over the text of a panic, with the calling thread's stack, before rumpuser_exit(-1).
     * @param msg  text
     * @param len  bytes
     * @blocks no
     * @context any
     * @worker any
     */
    rumpcomp_trap(msg, len) {
      flushPutchar(k);
      k.recordPanic(threadName(k), k.memory.text(msg, len), deepStack());
    },
  };
}
