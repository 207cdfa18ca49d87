// SPDX-License-Identifier: BSD-2-Clause
import { ERRNO_MESSAGES, ERRNO_NAMES } from './errno.gen.ts';

/** strerror(3): the text for an error number. */
export function strerror(errno: number): string {
  const text = ERRNO_MESSAGES[errno];
  return text === undefined || text === '' ? `Unknown error: ${errno}` : text;
}

/** ENOENT for 2 … */
export function errnoName(errno: number): string {
  return ERRNO_NAMES[errno] || `E${errno}`;
}
