// SPDX-License-Identifier: BSD-2-Clause
/** rumpuser(3): clocks. */
import { EINVAL } from './errno.gen.ts';
import type { HostKernel } from './host_kernel.ts';
import type { RumpcompImports, RumpuserImports } from './imports.gen.ts';
import { H_COARSE_MS } from './mailbox.ts';

export const RUMPUSER_CLOCK_RELWALL = 0;
export const RUMPUSER_CLOCK_ABSMONO = 1;

/** Sleep until the monotonic clock reaches a time, on a word nobody changes. */
export function sleepUntil(k: HostKernel, deadlineMs: number): void {
  const word = new Int32Array(new SharedArrayBuffer(4));
  for (let left = deadlineMs - k.services.monotonicMs(); left > 0; left = deadlineMs - k.services.monotonicMs()) {
    Atomics.wait(word, 0, 0, left);
  }
}

export function rumpuserClock(k: HostKernel): Pick<RumpuserImports, 'rumpuser_clock_gettime' | 'rumpuser_clock_sleep'> {
  return {
    /**
     * Read a clock.
     * @param clk   RUMPUSER_CLOCK_RELWALL: time since 1970; _ABSMONO: monotonic
     * @param sec   out: seconds, int64_t
     * @param nsec  out: nanoseconds 0..999_999_999
     * @returns 0, or EINVAL for an unknown clock
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_clock_gettime(clk, sec, nsec) {
      if (clk !== RUMPUSER_CLOCK_RELWALL && clk !== RUMPUSER_CLOCK_ABSMONO) return EINVAL;
      const ms = clk === RUMPUSER_CLOCK_RELWALL ? k.services.wallMs() : k.services.monotonicMs();
      const whole = Math.floor(ms / 1000);
      const i = sec >>> 2;
      const words = k.memory.i32;
      words[i] = whole | 0;
      words[i + 1] = Math.floor(whole / 0x100000000);
      words[nsec >>> 2] = Math.min(999_999_999, Math.floor((ms - whole * 1000) * 1e6));
      return 0;
    },
    /**
     * Block the calling thread.
     * @param clk   RUMPUSER_CLOCK_RELWALL: duration; _ABSMONO: deadline
     * @param sec   seconds
     * @param nsec  nanoseconds, 0..999_999_999
     * @returns 0, or EINVAL for an unknown clock
     * @blocks yes - until the time is reached
     * @context released around the wait, held again on return
     * @worker any but the page
     */
    rumpuser_clock_sleep(clk, sec, nsec) {
      if (clk !== RUMPUSER_CLOCK_RELWALL && clk !== RUMPUSER_CLOCK_ABSMONO) return EINVAL;
      const ms = Number(sec) * 1000 + nsec / 1e6;
      const deadline = clk === RUMPUSER_CLOCK_RELWALL ? k.services.monotonicMs() + ms : ms;
      const nlocks = k.unschedule(0);
      sleepUntil(k, deadline);
      k.resume(nlocks, 0);
      return 0;
    },
  };
}

export function rumpcompClock(k: HostKernel): Pick<RumpcompImports, 'rumpcomp_clock_ms'> {
  const { words } = k;
  let date = 0;
  let uptime = 0;
  /** Read the clock and put the kernel's on, unless another worker has: files stamped by two of them keep their order. */
  const refresh = (): void => {
    uptime = Math.floor(k.services.monotonicMs());
    for (;;) {
      const seen = Atomics.load(words, H_COARSE_MS);
      if (((uptime - seen) | 0) <= 0 || Atomics.compareExchange(words, H_COARSE_MS, seen, uptime | 0) === seen) return;
    }
  };
  return {
    /**
     * The monotonic clock, cheaply: at most about two milliseconds behind rumpuser_clock_gettime(ABSMONO), never ahead of it,
     * and never going back whoever asks. Date.now() tells whether the last reading still holds; only then is the costly
     * precise clock spared.
     * @returns milliseconds
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpcomp_clock_ms() {
      const now = Date.now();
      if (now !== date) {
        date = now;
        refresh();
      }
      // A plain load: Atomics.load is a call in V8, and of one word no order is asked but its own.
      return uptime + (((words[H_COARSE_MS] as number) - uptime) | 0);
    },
  };
}
