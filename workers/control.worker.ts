// SPDX-License-Identifier: BSD-2-Clause
/** Entry of the control thread. */
import { ControlThread } from './control_worker.ts';
import type { ControlCall, InitMessage } from './protocol.ts';
import { workerPort } from './worker_port.ts';

const port = workerPort();
let thread: ControlThread | undefined;

port.onMessage((message) => {
  const m = message as InitMessage | ControlCall;
  if (m.type === 'init') thread = ControlThread.boot(m, (answer) => port.post(answer));
  else thread?.serve(m);
});
