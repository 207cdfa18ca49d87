// SPDX-License-Identifier: BSD-2-Clause
import { ShellError } from './shell_error.ts';

/** A number given to a builtin; 1 when missing. */
export function numberArgument(text: string | undefined, what: string, least: number): number {
  if (text === undefined) return 1;
  if (!/^[0-9]+$/.test(text) || Number(text) < least) throw new ShellError(`${what}: Illegal number: ${text}`);
  return Number(text);
}
