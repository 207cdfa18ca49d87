// SPDX-License-Identifier: BSD-2-Clause
/** Node's own modules without an import that a browser bundle would have to resolve. */
import type * as fs from 'node:fs';
import type * as worker_threads from 'node:worker_threads';

interface NodeProcess {
  readonly versions?: { readonly node?: string };
  getBuiltinModule(name: string): unknown;
  readonly hrtime: { bigint(): bigint };
}

const nodeProcess = (globalThis as { process?: NodeProcess }).process;

export const isNode = nodeProcess?.versions?.node !== undefined && typeof nodeProcess.getBuiltinModule === 'function';

export function nodeFs(): typeof fs {
  return nodeProcess?.getBuiltinModule('node:fs') as typeof fs;
}

export function nodeWorkerThreads(): typeof worker_threads {
  return nodeProcess?.getBuiltinModule('node:worker_threads') as typeof worker_threads;
}

/** The process-wide monotonic clock, ns. */
export function nodeClock(): bigint {
  return nodeProcess?.hrtime.bigint() ?? 0n;
}
