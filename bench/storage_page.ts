// SPDX-License-Identifier: BSD-2-Clause
/** Starts the worker that measures the block stores; bundled by storage.bench.mjs. */
globalThis.rumpusBench = () =>
  new Promise((resolve, reject) => {
    const worker = new Worker('/worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => (typeof data === 'string' ? reject(new Error(data)) : resolve(data));
    worker.onerror = (event) => reject(new Error(event.message));
  });

export {};
