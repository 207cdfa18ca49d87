// SPDX-License-Identifier: BSD-2-Clause
/** Thrown to leave a program: by exit() with a status, or by a signal whose default action is to terminate. */
export class ProgramEnd extends Error {
  constructor(
    readonly status: number,
    readonly signal: number | undefined = undefined,
  ) {
    super(signal === undefined ? `exit ${status}` : `signal ${signal}`);
  }
}
