// SPDX-License-Identifier: BSD-2-Clause
/** Entry of a kernel thread worker. */
import type { InitMessage } from './protocol.ts';
import { runThreadWorker } from './thread_worker.ts';
import { workerPort } from './worker_port.ts';

workerPort().onMessage((message) => {
  runThreadWorker(message as InitMessage, (_k, _loaded, job) => {
    throw new Error(`a kernel thread worker cannot run job ${job}`);
  });
});
