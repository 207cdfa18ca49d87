// SPDX-License-Identifier: BSD-2-Clause
/**
 * Waiting for an image another tab writes to. The lock itself is taken by the storage worker (one writer per image);
 * the page only wants to know when it is free.
 */
import { lockName } from '../../workers/stores/image_catalogue';

/** Resolves when nobody holds the image; rejects with AbortError when `signal` aborts. */
export async function whenFree(id: string, signal: AbortSignal): Promise<void> {
  await navigator.locks.request(lockName(id), { signal }, () => undefined);
}
