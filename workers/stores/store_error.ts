// SPDX-License-Identifier: BSD-2-Clause
/** A store's error: a NetBSD errno and a sentence for people. */
export class StoreError extends Error {
  constructor(
    readonly errno: number,
    message: string,
  ) {
    super(message);
  }
}
