// SPDX-License-Identifier: BSD-2-Clause
/** What the kernel host needs of the platform it runs on. */

export type WorkerRole = 'control' | 'kthread' | 'program' | 'tool' | 'storage';

export interface WorkerHandle {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The worker's script failed to load or threw outside the kernel. */
  onError(listener: (message: string) => void): void;
  terminate(): Promise<void>;
}

export interface Platform {
  createWorker(role: WorkerRole): WorkerHandle;
}
