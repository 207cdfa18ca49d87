// SPDX-License-Identifier: BSD-2-Clause
/** The same in a browser: bundled by chromium.bench.mjs into a page that has nothing else. */
import { timeKernel } from './loops.ts';

const RUNS = 5;

async function run(): Promise<unknown> {
  const response = await fetch('/kernel.wasm');
  const bytes = new Uint8Array(await response.arrayBuffer());
  return new Promise((resolve, reject) => {
    const worker = new Worker('/bench.js', { type: 'module' });
    worker.onmessage = (event) => resolve(event.data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ bytes, runs: RUNS });
  });
}

declare global {
  var rumpusBench: (() => Promise<unknown>) | undefined;
}

if (typeof document === 'undefined') {
  self.onmessage = (event: MessageEvent<{ bytes: Uint8Array<ArrayBuffer>; runs: number }>) => {
    self.postMessage(timeKernel(event.data.bytes, event.data.runs));
  };
} else {
  globalThis.rumpusBench = run;
}
