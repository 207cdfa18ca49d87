// SPDX-License-Identifier: BSD-2-Clause
/** rumpuser(3): dynamic loading. */
import type { HostKernel } from './host_kernel.ts';
import type { RumpuserImports } from './imports.gen.ts';
import { H_DL } from './mailbox.ts';

export function rumpuserDl(k: HostKernel): Pick<RumpuserImports, 'rumpuser_dl_bootstrap'> {
  return {
    /**
     * Learn the callbacks that feed loaded components to the kernel. Components are linked statically, so none is called here;
     * they are kept for the run-time linker.
     * @param modinit, symload, compload, evcntattach  function table indices; kernels of the 2016 header pass three
     * @blocks no
     * @context kept
     * @worker control
     */
    rumpuser_dl_bootstrap(modinit, symload, compload, evcntattach) {
      for (const [i, f] of [modinit, symload, compload, evcntattach].entries()) k.words[H_DL + i] = f ?? 0;
    },
  };
}
