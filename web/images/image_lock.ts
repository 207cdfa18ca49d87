// SPDX-License-Identifier: BSD-2-Clause
/**
 * One writer per stored image: a Web Lock named after it, held while the image is attached in this tab.
 * Where the browser has no Web Locks every tab believes to be alone, as before they existed.
 */
export interface HeldLock {
  release(): void;
}

const lockName = (id: string): string => `rumpus-image:${id}`;

function hold(id: string, options: LockOptions): Promise<HeldLock | undefined> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(lockName(id), options, (lock) => {
        if (!lock) {
          resolve(undefined);
          return undefined;
        }
        return new Promise<void>((release) => resolve({ release }));
      })
      .catch(reject);
  });
}

/** The lock, or undefined when another tab has it. */
export async function tryLock(id: string): Promise<HeldLock | undefined> {
  if (!navigator.locks) return { release: () => undefined };
  return hold(id, { ifAvailable: true });
}

/** Wait (for as long as it takes) until the other tab lets go. Rejects with AbortError when `signal` aborts. */
export async function waitForLock(id: string, signal: AbortSignal): Promise<HeldLock> {
  const held = await hold(id, { signal });
  if (!held) throw new DOMException('lock not granted', 'AbortError');
  return held;
}
