// SPDX-License-Identifier: BSD-2-Clause
/** rumpuser(3): initialisation. */
import { EINVAL } from './errno.gen.ts';
import type { HostKernel } from './host_kernel.ts';
import type { RumpuserImports } from './imports.gen.ts';
import { H_UP_READY, H_UPCALL } from './mailbox.ts';
import { printText } from './rumpuser_cons.ts';

export const RUMPUSER_VERSION = 17;
const UPCALLS = 13;

export function rumpuserInit(k: HostKernel): Pick<RumpuserImports, 'rumpuser_init'> {
  return {
    /**
     * First hypercall of all: agree on the version, learn the upcalls.
     * @param version  the kernel's idea of rumpuser(3), must be 17
     * @param hyp      struct rumpuser_hyperup, copied
     * @returns 0, or EINVAL for another version
     * @blocks no
     * @context none yet
     * @worker control
     */
    rumpuser_init(version, hyp) {
      if (version !== RUMPUSER_VERSION) {
        printText(k, `rumpuser: kernel wants version ${version}, this host has version ${RUMPUSER_VERSION}\n`);
        return EINVAL;
      }
      for (let i = 0; i < UPCALLS; i++) k.words[H_UPCALL + i] = k.memory.getI32(hyp + i * 4);
      Atomics.store(k.words, H_UP_READY, 1);
      return 0;
    },
  };
}
