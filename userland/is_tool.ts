// SPDX-License-Identifier: BSD-2-Clause
import { TOOL_ROWS } from './tools.gen.ts';

const NAMES: ReadonlySet<string> = new Set(TOOL_ROWS.map(([name]) => name));

/** Does argv[0] want a tool worker? */
export function isTool(argv0: string): boolean {
  return NAMES.has(argv0.slice(argv0.lastIndexOf('/') + 1));
}
