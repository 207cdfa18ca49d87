// SPDX-License-Identifier: BSD-2-Clause
/** rumpuser(3): random numbers. */
import type { HostKernel } from './host_kernel.ts';
import type { RumpuserImports } from './imports.gen.ts';

/** crypto.getRandomValues takes at most this many bytes. */
const CHUNK = 65536;

export function rumpuserRandom(k: HostKernel): Pick<RumpuserImports, 'rumpuser_getrandom'> {
  return {
    /**
     * Random bytes of cryptographic quality; never fewer than asked, so HARD and NOWAIT change nothing.
     * @param buf    where to
     * @param len    bytes
     * @param flags  0x1 HARD, 0x2 NOWAIT
     * @param retp   out: bytes stored
     * @returns 0
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_getrandom(buf, len, _flags, retp) {
      const total = len >>> 0;
      for (let done = 0; done < total; done += CHUNK) {
        const part = new Uint8Array(Math.min(CHUNK, total - done));
        k.services.randomFill(part);
        k.memory.bytes(buf + done, part.length).set(part);
      }
      k.memory.setI32(retp, total);
      return 0;
    },
  };
}
