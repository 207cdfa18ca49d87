// SPDX-License-Identifier: BSD-2-Clause
/** RUMP_MEMLIMIT for a kernel with so many bytes of memory: the rest is for its own data and for the stacks of threads. */
export function memoryLimit(bytes: number): string {
  return String(bytes - Math.min(bytes >>> 1, (bytes >>> 3) + (8 << 20)));
}
