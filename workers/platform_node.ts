// SPDX-License-Identifier: BSD-2-Clause
/** Platform of Node: worker_threads, scripts from the folder of the bundled code. */
import { Worker } from 'node:worker_threads';
import type { Platform, WorkerHandle } from './platform.ts';

/** @param folder  URL of the folder that holds control.worker.mjs and the others */
export function nodePlatform(folder: URL): Platform {
  return {
    createWorker(role): WorkerHandle {
      const worker = new Worker(new URL(`${role}.worker.mjs`, folder), { stdin: false });
      return {
        post: (message) => worker.postMessage(message),
        onMessage: (listener) => void worker.on('message', listener),
        onError: (listener) =>
          void worker.on('error', (error) =>
            listener(error instanceof Error ? (error.stack ?? error.message) : String(error)),
          ),
        terminate: async () => void (await worker.terminate()),
      };
    },
  };
}
