// SPDX-License-Identifier: BSD-2-Clause
/** The end of a worker's message channel, the same in browsers and Node. */
import { isNode, nodeWorkerThreads } from './node_builtin.ts';

export interface WorkerPort {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

interface WorkerScope {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

/** The port of the worker this code runs in. */
export function workerPort(): WorkerPort {
  if (isNode) {
    const port = nodeWorkerThreads().parentPort;
    if (port === null) throw new Error('not in a worker');
    return { post: (m) => port.postMessage(m), onMessage: (l) => void port.on('message', l) };
  }
  const scope = globalThis as unknown as WorkerScope;
  return { post: (m) => scope.postMessage(m), onMessage: (l) => scope.addEventListener('message', (e) => l(e.data)) };
}
