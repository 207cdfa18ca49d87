// SPDX-License-Identifier: BSD-2-Clause
/** `rumpus help ls`: how the command is called on an image, and the manual page of its program. */

import { SAME_PAGE } from '../../userland/bin/help.ts';
import { renderPage } from '../../userland/lib/man_render.ts';
import { MAN_PAGES } from '../../userland/man.gen.ts';
import { usageOf } from './command_line.ts';
import { FILE_COMMANDS } from './commands.ts';
import type { FileCommandName } from './names.ts';

/** Commands that are no programs of the kernel. */
const OWN: Partial<Record<FileCommandName, string>> = {
  get: `Files of the image go to the host: one file to the name given, several into the directory; without a target here.
-r copies directories with all below, -p keeps mode and times (set-id bits stay behind), -v says each name. Nothing is
written through symbolic links below the target.
`,
  put: `Files of the host go into the image: one file to the name given, several into the directory; without a target into
the root. "-" is standard input. -r copies directories with all below, -p keeps mode and times, -v says each name. Owners
do not go along: new files belong to root. tar keeps owners and hard links.
`,
};

/** The exit status. */
export function help(name: FileCommandName): number {
  const page = SAME_PAGE[name] ?? name;
  const manual = MAN_PAGES[`${page}.1`] ?? MAN_PAGES[`${page}.8`] ?? '';
  const width = Math.min(100, process.stdout.columns ?? 80);
  const text = OWN[name] ?? renderPage(manual, width, process.stdout.isTTY === true);
  process.stdout.write(`usage: ${usageOf(name, FILE_COMMANDS[name])}\n\n${text}`);
  return 0;
}
