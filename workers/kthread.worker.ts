// SPDX-License-Identifier: BSD-2-Clause
/** Entry of a kernel thread worker; the pumps of host pipes run in it too. */
import { JOB_PUMP } from '../hypercall-js/mailbox.ts';
import type { InitMessage } from './protocol.ts';
import { runPump } from './pump.ts';
import { runThreadWorker } from './thread_worker.ts';
import { workerPort } from './worker_port.ts';

workerPort().onMessage((message) => {
  runThreadWorker(message as InitMessage, (k, loaded, job, arg) => {
    if (job === JOB_PUMP) return runPump(k, loaded, arg);
    throw new Error(`a kernel thread worker cannot run job ${job}`);
  });
});
