// SPDX-License-Identifier: BSD-2-Clause
import type { ProgramRow } from '../program_table.ts';

/** The programs that make, check and show disks and archives: big code that most sessions never run. One row a line. */
export const DISK_PROGRAM_ROWS: readonly ProgramRow[] = [];
