// SPDX-License-Identifier: BSD-2-Clause
/** Entry of a tool worker: a program worker with the big, seldom programs. */
import { runAnyProgram } from '../userland/run_tool.ts';
import { programJobs } from './program_runner.ts';
import type { InitMessage } from './protocol.ts';
import { runThreadWorker } from './thread_worker.ts';
import { workerPort } from './worker_port.ts';

workerPort().onMessage((message) => {
  runThreadWorker(message as InitMessage, programJobs(runAnyProgram));
});
