// SPDX-License-Identifier: BSD-2-Clause
/** What the benchmarks need of the host, bundled for Node: a kernel whose exports can be called in this thread. */
import { importedMemory } from '../hypercall-js/wasm_imports.ts';
import { bootInlineKernel, type InlineKernel } from '../workers/inline_kernel.ts';

export function bootForBench(bytes: Uint8Array<ArrayBuffer>): InlineKernel {
  return bootInlineKernel({ module: new WebAssembly.Module(bytes), limits: importedMemory(bytes) });
}
