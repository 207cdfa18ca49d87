// SPDX-License-Identifier: BSD-2-Clause
/**
 * The programs that make and check file systems and partition tables, on an image that is not mounted: `rumpus fsck -y disk.img:2`. The first word
 * that names a file of the host is the image; the program sees a disk of that name.
 */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { runAnyProgram } from '../../userland/run_tool.ts';
import { ImageError } from './image_error.ts';
import { openImage, placeImage, splitName } from './image_file.ts';
import { ImageKernel } from './image_kernel.ts';
import { linkDevice } from './mounted_image.ts';
import type { DiskToolName } from './names.ts';

/** The exit status; undefined when there is no image among the words. @throws ImageError, ImageLocked */
export function runDiskTool(name: DiskToolName, words: readonly string[]): number | undefined {
  const at = words.findIndex((word) => !word.startsWith('-') && existsSync(splitName(word).path));
  const image = words[at];
  if (image === undefined) return undefined;
  const writable = !onlyReads(name, words);
  const program = name === 'fsck' ? checkerOf(image) : name;
  const kernel = new ImageKernel(placeImage(image, writable), writable, undefined);
  try {
    let device = '';
    kernel.system(name, (sys) => {
      device = linkDevice(sys, image, ImageKernel.rawDevice);
      // Some look for the raw device beside the one they are given.
      linkDevice(sys, `r${basename(image)}`, ImageKernel.rawDevice);
    });
    const argv = [program, ...words.slice(0, at), device, ...words.slice(at + 1)];
    const status = kernel.run(argv, runAnyProgram, runAnyProgram, (sys) => sys.chdir('/dev'));
    kernel.sync();
    return status;
  } finally {
    kernel.close();
  }
}

function onlyReads(name: DiskToolName, words: readonly string[]): boolean {
  if (name === 'gpt' || name === 'mbr') return words.some((word) => word === 'show' || word === 'header');
  if (name === 'disklabel') return !words.some((word) => /^-[a-zA-Z]*[Rw]/.test(word));
  return (
    name === 'dumpfs' ||
    name === 'fdisk' ||
    (name.startsWith('fsck') && words.some((word) => /^-[a-zA-Z]*n/.test(word)))
  );
}

/** fsck(8) without fstab(5): the checker of the type that is there. */
function checkerOf(image: string): string {
  const { type } = openImage(image, { type: undefined, writable: false });
  if (type === 'cd9660') throw new ImageError(`${image}: there is nothing to check in an ISO 9660 file system`);
  return `fsck_${type}`;
}
