// SPDX-License-Identifier: BSD-2-Clause
/** Platform of a browser page. The URLs are literals so that the bundler finds the worker scripts. */
import type { Platform, WorkerHandle, WorkerRole } from './platform.ts';

function make(role: WorkerRole): Worker {
  switch (role) {
    case 'control':
      return new Worker(new URL('./control.worker.ts', import.meta.url), { type: 'module', name: 'rumpus control' });
    case 'kthread':
      return new Worker(new URL('./kthread.worker.ts', import.meta.url), { type: 'module', name: 'rumpus thread' });
    case 'program':
      return new Worker(new URL('./program.worker.ts', import.meta.url), { type: 'module', name: 'rumpus program' });
    case 'tool':
      return new Worker(new URL('./tool.worker.ts', import.meta.url), { type: 'module', name: 'rumpus tool' });
    case 'storage':
      return new Worker(new URL('./storage.worker.ts', import.meta.url), { type: 'module', name: 'rumpus storage' });
  }
}

export function browserPlatform(): Platform {
  return {
    createWorker(role): WorkerHandle {
      const worker = make(role);
      return {
        post: (message) => worker.postMessage(message),
        onMessage: (listener) => worker.addEventListener('message', (event) => listener(event.data)),
        onError: (listener) =>
          worker.addEventListener('error', (event) => listener(event.message || 'worker script failed to load')),
        terminate: async () => worker.terminate(),
      };
    },
  };
}
