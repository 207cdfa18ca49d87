// SPDX-License-Identifier: BSD-2-Clause
/** `rumpus ls IMAGE …` and its relatives: the programs of the kernel's userland on an image, without mounting or root. */
import { ImageLocked } from '../image_lock.ts';
import { parseCommandLine, usageOf } from './command_line.ts';
import { FILE_COMMANDS } from './commands.ts';
import { ImageError } from './image_error.ts';
import { runInImage } from './mounted_image.ts';
import type { FileCommandName } from './names.ts';

/** The exit status. */
export function main(name: FileCommandName, words: readonly string[]): number {
  const command = FILE_COMMANDS[name];
  const line = parseCommandLine(command, words);
  if (line === undefined) return fail(`usage: ${usageOf(name, command)}`);
  try {
    return runInImage({ ...line, writable: command.writes(line.args) }, [name, ...line.args], command.run);
  } catch (error) {
    if (error instanceof ImageError || error instanceof ImageLocked) return fail(`rumpus: ${error.message}`);
    throw error;
  }
}

function fail(message: string): number {
  process.stderr.write(`${message}\n`);
  return 1;
}
