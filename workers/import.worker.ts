// SPDX-License-Identifier: BSD-2-Clause
/** Entry of the import worker: one long task on a stored image, with progress; the page ends it afterwards. */
import { EIO } from '../hypercall-js/errno.gen.ts';
import type { ImportAnswer, ImportMessage } from './protocol.ts';
import { performImport } from './stores/image_import.ts';
import { StoreError } from './stores/store_error.ts';
import { workerPort } from './worker_port.ts';

/** Between two reports of progress. */
const REPORT_MS = 100;

const port = workerPort();
const post = (answer: ImportAnswer): void => port.post(answer);
const cancelled = new AbortController();
let reported = 0;

function progress(done: number, total: number): void {
  if (performance.now() - reported < REPORT_MS) return;
  reported = performance.now();
  post({ type: 'progress', done, total });
}

port.onMessage((m) => {
  const message = m as ImportMessage;
  if (message.type === 'cancel') {
    cancelled.abort();
    return;
  }
  performImport(message.task, progress, cancelled.signal).then(
    ({ id, size }) => post({ type: 'done', id, size }),
    (error: unknown) =>
      post({
        type: 'failed',
        errno: error instanceof StoreError ? error.errno : EIO,
        name: error instanceof Error ? error.name : 'Error',
        message: error instanceof Error ? error.message : String(error),
      }),
  );
});
