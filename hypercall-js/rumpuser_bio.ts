// SPDX-License-Identifier: BSD-2-Clause
/** rumpuser(3): block I/O with asynchronous completion. */
import { EBADF, EINVAL } from './errno.gen.ts';
import type { HostKernel } from './host_kernel.ts';
import { inPlace, objectOf, transfer } from './host_object.ts';
import type { RumpuserImports } from './imports.gen.ts';
import { RO_READ, RO_WRITE } from './mailbox.ts';
import { nextCompletion, postRequest } from './storage_ring.ts';

export const RUMPUSER_BIO_READ = 1;
export const RUMPUSER_BIO_WRITE = 2;
export const RUMPUSER_BIO_SYNC = 4;

/** biodone from inside a hypercall: the caller's CPU is given up, the completion enters on its own. */
function completeHere(k: HostKernel, fn: number, arg: number, bytes: number, error: number): void {
  k.up.backendSchedule(0, 0);
  k.func(fn)(arg, bytes, error);
  k.unschedule(0);
}

export function rumpuserBio(k: HostKernel): Pick<RumpuserImports, 'rumpuser_bio'> {
  return {
    /**
     * Start a block transfer. `biodone(donearg, bytes, error)` runs exactly once: later on the I/O thread, or inside
     * this call for objects reached in place (host files, kernels without threads) and for errors found at once.
     * @param fd       descriptor
     * @param op       READ or WRITE, SYNC with WRITE: durable before done
     * @param data     guest buffer, not touched after biodone
     * @param dlen     bytes, multiple of 512
     * @param off      byte offset
     * @param biodone  function (table index)
     * @param donearg  its argument
     * @blocks no - in-place transfers and a full ring give up the CPU meanwhile
     * @context held on return
     * @worker any but the page
     */
    rumpuser_bio(fd, op, data, dlen, off, biodone, donearg) {
      const nlocks = k.unschedule(0);
      const object = objectOf(k, fd);
      const write = (op & RUMPUSER_BIO_WRITE) !== 0;
      if (object === undefined || write === ((op & RUMPUSER_BIO_READ) !== 0)) {
        completeHere(k, biodone, donearg, 0, object === undefined ? EBADF : EINVAL);
      } else if (inPlace(k, object) || (write && !object.writable)) {
        const { bytes, error } = transfer(
          k,
          object,
          write,
          data,
          dlen >>> 0,
          Number(off),
          (op & RUMPUSER_BIO_SYNC) !== 0,
        );
        completeHere(k, biodone, donearg, bytes, error);
      } else {
        postRequest(k, {
          op: write ? RO_WRITE : RO_READ,
          disk: object.disk,
          flags: (op & RUMPUSER_BIO_SYNC) !== 0 ? 1 : 0,
          ptr: data,
          len: dlen,
          offset: Number(off),
          fn: biodone,
          arg: donearg,
        });
      }
      k.resume(nlocks, 0);
    },
  };
}

/** Body of the I/O thread: a kernel thread of the host that runs biodone for each completion. Never returns. */
export function runBiodoneThread(k: HostKernel): never {
  k.up.schedule();
  k.up.lwprocNewlwp(0);
  k.up.unschedule();
  for (;;) {
    const done = nextCompletion(k);
    k.up.backendSchedule(0, 0);
    k.func(done.fn)(done.arg, done.bytes, done.error);
    k.unschedule(0);
  }
}
