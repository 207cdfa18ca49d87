// SPDX-License-Identifier: BSD-2-Clause
import { errnoName, strerror } from './strerror.ts';

/** A system call that failed. The message is strerror(3)'s text, as programs print it. */
export class SyscallError extends Error {
  readonly errno: number;
  /** ENOENT … */
  readonly code: string;
  /** The call's name. */
  readonly call: string;

  constructor(errno: number, call: string) {
    super(strerror(errno));
    this.name = 'SyscallError';
    this.errno = errno;
    this.code = errnoName(errno);
    this.call = call;
  }
}

/** True when `error` is a SyscallError with this errno name. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof SyscallError && codes.includes(error.code);
}
