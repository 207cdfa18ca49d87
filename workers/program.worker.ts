// SPDX-License-Identifier: BSD-2-Clause
/** Entry of a program worker. */
import { runProgram } from '../userland/main.ts';
import { programJobs } from './program_runner.ts';
import type { InitMessage } from './protocol.ts';
import { runThreadWorker } from './thread_worker.ts';
import { workerPort } from './worker_port.ts';

workerPort().onMessage((message) => {
  runThreadWorker(message as InitMessage, programJobs(runProgram));
});
