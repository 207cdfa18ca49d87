// SPDX-License-Identifier: BSD-2-Clause
/**
 * Sleeping locks on one word of shared memory: 0 free, 1 held, 2 held and somebody sleeps.
 * Works on unshared memory too as long as nobody has to sleep (RUMP_THREADS=0).
 */

/** Take the lock if it is free; true when taken. */
export function lockTry(words: Int32Array, at: number): boolean {
  return Atomics.compareExchange(words, at, 0, 1) === 0;
}

/** Take the lock, sleeping while somebody else holds it. */
export function lockEnter(words: Int32Array, at: number): void {
  if (Atomics.compareExchange(words, at, 0, 1) === 0) return;
  while (Atomics.exchange(words, at, 2) !== 0) Atomics.wait(words, at, 2);
}

/** Release the lock and wake one sleeper. */
export function lockExit(words: Int32Array, at: number): void {
  if (Atomics.exchange(words, at, 0) === 2) Atomics.notify(words, at, 1);
}
