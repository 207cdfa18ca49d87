// SPDX-License-Identifier: BSD-2-Clause
/** The page's side of the import worker: one worker a task, ended with it. */
import type { ImportAnswer, ImportMessage, ImportTask } from './protocol.ts';
import { StoreError } from './stores/store_error.ts';

export interface Imported {
  readonly id: string;
  readonly size: number;
}

/** Run a task. Rejects with AbortError when the signal aborts, once nothing of it is left. */
export function runImport(
  task: ImportTask,
  onProgress: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<Imported> {
  const worker = new Worker(new URL('./import.worker.ts', import.meta.url), { type: 'module', name: 'rumpus import' });
  const post = (message: ImportMessage): void => worker.postMessage(message);
  return new Promise<Imported>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<ImportAnswer>) => {
      if (data.type === 'progress') onProgress(data.done, data.total);
      else if (data.type === 'done') resolve(data);
      else if (data.name === 'AbortError') reject(new DOMException(data.message, 'AbortError'));
      else reject(new StoreError(data.errno, data.message));
    };
    worker.onerror = (event) => reject(new Error(event.message || 'the import worker failed to load'));
    signal?.addEventListener('abort', () => post({ type: 'cancel' }));
    post({ type: 'start', task });
  }).finally(() => worker.terminate());
}
