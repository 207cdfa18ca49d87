// SPDX-License-Identifier: BSD-2-Clause
/** rumpuser(3): memory. */
import { EINVAL, ENOMEM } from './errno.gen.ts';
import type { HostKernel } from './host_kernel.ts';
import type { RumpuserImports } from './imports.gen.ts';

type Calls = Pick<RumpuserImports, 'rumpuser_malloc' | 'rumpuser_free' | 'rumpuser_anonmmap' | 'rumpuser_unmap'>;

const PAGE = 4096;

export function rumpuserMem(k: HostKernel): Calls {
  return {
    /**
     * Memory for the kernel's allocators, not zeroed.
     * @param len    bytes
     * @param align  power of two; 0 means pointer size
     * @param memp   out: address
     * @returns 0, ENOMEM, or EINVAL for an alignment that is not a power of two
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_malloc(len, align, memp) {
      if ((align & (align - 1)) !== 0) return EINVAL;
      const ptr = k.heap.alloc(len >>> 0, align === 0 ? 4 : align);
      if (ptr === 0) return ENOMEM;
      k.memory.i32[memp >>> 2] = ptr;
      return 0;
    },
    /**
     * Give memory back.
     * @param mem  from rumpuser_malloc, or NULL
     * @param len  the length asked for; one that does not match the allocation is a kernel bug
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_free(mem, len) {
      if (mem === 0) return;
      if (len >>> 0 > k.heap.sizeOf(mem))
        throw new Error(`rumpuser_free(0x${(mem >>> 0).toString(16)}, ${len}): was ${k.heap.sizeOf(mem)} bytes`);
      k.heap.free(mem);
    },
    /**
     * Zero-filled memory in whole pages. wasm has one linear memory without protection: `exec` changes nothing.
     * @param prefaddr  ignored hint
     * @param size      bytes
     * @param alignbit  log2 of the alignment, 0 none
     * @param exec      ignored
     * @param memp      out: address
     * @returns 0, or ENOMEM
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_anonmmap(_prefaddr, size, alignbit, _exec, memp) {
      const bytes = (((size >>> 0) + PAGE - 1) & -PAGE) >>> 0;
      const ptr = k.heap.alloc(Math.max(bytes, PAGE), Math.max(PAGE, 2 ** alignbit));
      if (ptr === 0) return ENOMEM;
      k.memory.bytes(ptr, bytes).fill(0);
      k.memory.setI32(memp, ptr);
      return 0;
    },
    /**
     * Reverse of rumpuser_anonmmap.
     * @blocks no
     * @context kept
     * @worker any
     */
    rumpuser_unmap(addr, _len) {
      k.heap.free(addr);
    },
  };
}
