// SPDX-License-Identifier: BSD-2-Clause
/**
 * Programs whose code or data is big and seldom wanted: they run in tool workers, made when one is called. Every other program
 * worker knows their names alone (tools.gen.ts). One row a line: the generator reads them.
 */
import { apropos, help, man } from './bin/help.ts';
import { DISK_PROGRAM_ROWS } from './disk/disk_programs.ts';
import type { Program } from './lib/program.ts';
import type { ProgramRow } from './program_table.ts';

// biome-ignore format: a table
const ROWS: readonly ProgramRow[] = [
  ['apropos', 'usr/bin', '', (c) => apropos(c)],
  ['help', 'usr/bin', '', (c) => help(c)],
  ['man', 'usr/bin', 'k', (c) => man(c)],
];

export const TOOL_PROGRAMS: ReadonlyMap<string, Program> = new Map(
  [...ROWS, ...DISK_PROGRAM_ROWS].map(([name, , , run]) => [name, run]),
);
