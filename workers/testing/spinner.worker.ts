// SPDX-License-Identifier: BSD-2-Clause
/** A program worker whose programs spin in JavaScript for ever when SPIN is in their environment. */
import { runProgram } from '../../userland/main.ts';
import { programJobs } from '../program_runner.ts';
import type { InitMessage } from '../protocol.ts';
import { runThreadWorker } from '../thread_worker.ts';
import { workerPort } from '../worker_port.ts';

workerPort().onMessage((message) => {
  runThreadWorker(
    message as InitMessage,
    programJobs((start) => {
      while (start.env['SPIN'] !== undefined && start.argv[0] === 'date');
      return runProgram(start);
    }),
  );
});
