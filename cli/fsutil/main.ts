// SPDX-License-Identifier: BSD-2-Clause
/** `rumpus ls IMAGE …` and its relatives: the programs of the kernel's userland on an image, without mounting or root. */
import { ImageLocked } from '../image_lock.ts';
import { parseCommandLine, usageOf } from './command_line.ts';
import { FILE_COMMANDS } from './commands.ts';
import { ImageError, NoFileSystem } from './image_error.ts';
import { type ImageRequest, runInImage } from './mounted_image.ts';
import type { DiskToolName, FileCommandName } from './names.ts';

/** The exit status of a program for images that are not mounted. */
export async function diskTool(name: DiskToolName, words: readonly string[]): Promise<number> {
  const { runDiskTool } = await import('./disk_tools.ts');
  try {
    return runDiskTool(name, words) ?? fail(`usage: rumpus ${name} [options] IMAGE[:PART] [operands]`);
  } catch (error) {
    return failed(error);
  }
}

/** The exit status. */
export async function main(name: FileCommandName, words: readonly string[]): Promise<number> {
  const command = FILE_COMMANDS[name];
  try {
    const line = parseCommandLine(command, words);
    if (line === undefined) return fail(`usage: ${usageOf(name, command)}`);
    return await run(name, { ...line, writable: command.writes(line.args) }, line.args);
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): number {
  if (error instanceof ImageError || error instanceof ImageLocked) return fail(`rumpus: ${error.message}`);
  throw error;
}

/** Only a file that is no image as it stands is looked at more closely: it may be packed. */
async function run(name: FileCommandName, request: ImageRequest, args: readonly string[]): Promise<number> {
  const argv = [name, ...args];
  const body = await FILE_COMMANDS[name].load();
  try {
    return runInImage(request, argv, body);
  } catch (error) {
    if (!(error instanceof NoFileSystem)) throw error;
    const { unpackImage } = await import('./unpacked_image.ts');
    const unpacked = await unpackImage(request.image, request.writable);
    if (unpacked === undefined) throw error;
    try {
      return runInImage({ ...request, instead: unpacked.file }, argv, body);
    } finally {
      unpacked.release();
    }
  }
}

function fail(message: string): number {
  process.stderr.write(`${message}\n`);
  return 1;
}
