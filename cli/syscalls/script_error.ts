// SPDX-License-Identifier: BSD-2-Clause
/** A line of a system call script that cannot be understood; the runner prints it and stops. */
export class ScriptError extends Error {}
