// SPDX-License-Identifier: BSD-2-Clause
import type { ProgramContext } from '../lib/program_context.ts';
import { PROGRAMS } from '../program_table.ts';

/** which(1). A function declaration: the program table refers back. */
export function which(ctx: ProgramContext): number {
  const names = ctx.argv.slice(1).filter((a) => !a.startsWith('-'));
  if (names.length === 0) ctx.usage('which [-a] name ...');
  for (const name of names) {
    const entry = PROGRAMS.get(name);
    if (entry === undefined) ctx.status = 1;
    else ctx.print(`/${entry.dir}/${name}\n`);
  }
  return ctx.status;
}
