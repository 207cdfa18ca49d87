// SPDX-License-Identifier: BSD-2-Clause
/** All hypercalls of one kernel in one thread. */
import { type HostKernel, KernelExit, ThreadExit } from './host_kernel.ts';
import type { RumpcompImports, RumpuserImports } from './imports.gen.ts';
import { rumpcompCons } from './rumpcomp_cons.ts';
import { rumpcompFutex } from './rumpcomp_futex.ts';
import { rumpcompTrap, threadName } from './rumpcomp_trap.ts';
import { rumpuserInit } from './rumpuser.ts';
import { rumpuserBio } from './rumpuser_bio.ts';
import { rumpcompClock, rumpuserClock } from './rumpuser_clock.ts';
import { printText, rumpuserCons } from './rumpuser_cons.ts';
import { rumpuserCv } from './rumpuser_cv.ts';
import { rumpuserDl } from './rumpuser_dl.ts';
import { rumpuserFile } from './rumpuser_file.ts';
import { rumpuserMem } from './rumpuser_mem.ts';
import { rumpuserMutex } from './rumpuser_mutex.ts';
import { rumpuserParam } from './rumpuser_param.ts';
import { rumpuserPth } from './rumpuser_pth.ts';
import { rumpuserRandom } from './rumpuser_random.ts';
import { rumpuserRw } from './rumpuser_rw.ts';
import { rumpuserSig } from './rumpuser_sig.ts';
import { rumpuserSp } from './rumpuser_sp.ts';

export type Hypercalls = RumpuserImports & RumpcompImports;

/** Build the import functions. */
export function hypercalls(k: HostKernel): Hypercalls {
  return {
    ...rumpuserInit(k),
    ...guard(k, rumpuserMem(k)),
    ...guard(k, rumpuserFile(k)),
    ...guard(k, rumpuserBio(k)),
    ...rumpuserClock(k),
    ...guard(k, rumpuserParam(k)),
    ...guard(k, rumpuserCons(k)),
    ...guard(k, rumpuserRandom(k)),
    ...rumpuserSig(k),
    ...guard(k, rumpuserPth(k)),
    ...guard(k, rumpuserMutex(k)),
    ...rumpuserRw(k),
    ...guard(k, rumpuserCv(k)),
    ...rumpuserSp(),
    ...rumpuserDl(k),
    ...rumpcompClock(k),
    ...rumpcompFutex(k),
    ...guard(k, rumpcompCons(k)),
    ...guard(k, rumpcompTrap(k)),
  };
}

/** Called so often that the wrapper would show; they touch nothing but words of guest memory and cannot throw of themselves. */
const BARE = new Set([
  'rumpuser_clock_gettime',
  'rumpuser_curlwp',
  'rumpuser_curlwpop',
  'rumpuser_mutex_enter',
  'rumpuser_mutex_enter_nowrap',
  'rumpuser_mutex_tryenter',
  'rumpuser_mutex_exit',
  'rumpuser_cv_wait',
  'rumpuser_cv_wait_nowrap',
  'rumpuser_cv_timedwait',
  'rumpuser_cv_signal',
  'rumpuser_cv_broadcast',
  'rumpuser_cv_has_waiters',
]);

type AnyCall = (...args: never[]) => unknown;

/**
 * No exception leaves an import but the two that unwind a thread: anything else is a kernel bug (a bad pointer, a free of
 * what was not allocated) or a host bug, and ends the kernel like a panic. A trap inside an upcall passes through.
 */
function guard<T extends { [K in keyof T]: AnyCall }>(k: HostKernel, calls: T): T {
  const out: Record<string, AnyCall> = {};
  for (const [name, call] of Object.entries(calls) as [string, AnyCall][]) {
    if (BARE.has(name)) {
      out[name] = call;
      continue;
    }
    out[name] = (...args: never[]) => {
      try {
        return call(...args);
      } catch (error) {
        if (error instanceof ThreadExit || error instanceof KernelExit || error instanceof WebAssembly.RuntimeError)
          throw error;
        const text = `${name}(${args.map(String).join(', ')}): ${error instanceof Error ? error.message : String(error)}`;
        printText(k, `panic: ${text}\n`);
        k.recordPanic(threadName(k), text, error instanceof Error ? (error.stack ?? '') : '');
        k.finish(-1);
        throw new KernelExit(-1);
      }
    };
  }
  return out as T;
}
