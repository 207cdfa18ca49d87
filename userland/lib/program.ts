// SPDX-License-Identifier: BSD-2-Clause
import type { ProgramContext } from './program_context.ts';

/** A program: runs to its end, returns the exit status. */
export type Program = (ctx: ProgramContext) => number;
