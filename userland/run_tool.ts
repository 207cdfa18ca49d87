// SPDX-License-Identifier: BSD-2-Clause
/** Entry of userland with every program in it: what a tool worker calls, and a kernel without threads. */
import type { RunProgram } from './abi.ts';
import { runner } from './main.ts';
import { PROGRAMS } from './program_table.ts';
import { TOOL_PROGRAMS } from './tool_programs.ts';

export const runAnyProgram: RunProgram = runner((name) => PROGRAMS.get(name)?.run ?? TOOL_PROGRAMS.get(name));
