// SPDX-License-Identifier: BSD-2-Clause
/**
 * What this browser and this way of serving can do, decided before anything is booted.
 * Pure apart from reading globals handed in, so that tests can describe any browser.
 */
export interface BrowserFacts {
  readonly isolated: boolean;
  readonly secure: boolean;
  readonly sharedMemory: boolean;
  readonly wasmThreads: boolean;
  readonly bigInt: boolean;
  readonly serviceWorker: boolean;
  readonly indexedDB: boolean;
  readonly deviceMemoryGiB: number | undefined;
}

/** (module (memory 1 1 shared) (func i32.const 0 i32.const 0 i32.const 0 memory.atomic.notify … drop)) with bulk memory. */
const THREADS_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 4, 1, 3, 1, 1, 10, 22, 1, 20, 0, 65, 0, 65, 0, 254, 0,
  2, 0, 26, 65, 0, 65, 0, 65, 0, 252, 11, 0, 11,
]);

function hasIndexedDB(): boolean {
  try {
    return typeof indexedDB === 'object' && indexedDB !== null;
  } catch {
    return false;
  }
}

export function readBrowserFacts(): BrowserFacts {
  const wasm = typeof WebAssembly === 'object';
  return {
    isolated: self.crossOriginIsolated === true,
    secure: self.isSecureContext,
    sharedMemory: typeof SharedArrayBuffer === 'function' && typeof Atomics === 'object',
    wasmThreads: wasm && WebAssembly.validate(THREADS_PROBE),
    bigInt: typeof BigInt64Array === 'function',
    serviceWorker: 'serviceWorker' in navigator,
    indexedDB: hasIndexedDB(),
    deviceMemoryGiB: (navigator as Navigator & { deviceMemory?: number }).deviceMemory,
  };
}

/** Names of what an old browser lacks; empty when it is new enough. Isolation is not among them. */
export function missingFeatures(facts: BrowserFacts): string[] {
  const missing: string[] = [];
  if (!facts.wasmThreads) missing.push('WebAssembly threads and bulk memory');
  if (!facts.bigInt) missing.push('64-bit integers (BigInt)');
  if (facts.isolated && !facts.sharedMemory) missing.push('SharedArrayBuffer');
  return missing;
}
