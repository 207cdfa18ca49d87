// SPDX-License-Identifier: BSD-2-Clause
/** A program in an image: the root of the image is its root directory. Neither root nor a mount on the host is needed. */
import { basename } from 'node:path';
import type { RunProgram } from '../../userland/abi.ts';
import { FLAG_WORDS } from '../../userland/lib/mount_options.ts';
import { MNT_RDONLY } from '../../userland/librump/constants.gen.ts';
import type { Librump } from '../../userland/librump/librump.ts';
import { encodeMountArgs } from '../../userland/librump/mount_args.ts';
import { SyscallError } from '../../userland/librump/syscall_error.ts';
import { runProgram } from '../../userland/main.ts';
import { ImageError } from './image_error.ts';
import { type ImageFile, openImage } from './image_file.ts';
import { ImageKernel } from './image_kernel.ts';

const NODE = '/image';

export interface ImageRequest {
  /** IMAGE or IMAGE:PARTITION. */
  readonly image: string;
  readonly type: string | undefined;
  readonly options: readonly string[];
  readonly writable: boolean;
  /** See ImageWish. */
  readonly instead?: string | undefined;
  readonly kernel: string | undefined;
}

/**
 * Mount, run `body` as a program in the image, unmount.
 * @returns its exit status, or 128 + signal
 * @throws ImageError, ImageLocked
 */
export function runInImage(request: ImageRequest, argv: readonly string[], body: RunProgram): number {
  const file = openImage(request.image, request);
  const kernel = new ImageKernel(file, request.writable, request.kernel);
  try {
    mountImage(kernel, file, request);
    for (const text of [file.warning, ...kernel.said.map(withAdvice)])
      if (text !== undefined) process.stderr.write(`rumpus: ${file.name}: ${text}\n`);
    const status = kernel.run(argv, body, runProgram, (sys) => {
      sys.chroot(NODE);
      sys.chdir('/');
    });
    if (request.writable) unmountImage(kernel, file);
    return status;
  } finally {
    kernel.close();
  }
}

function withAdvice(text: string): string {
  return /not unmounted cleanly/.test(text) ? `${text} (\`rumpus fsck\` checks it)` : text;
}

function mountImage(kernel: ImageKernel, file: ImageFile, request: ImageRequest): void {
  const { flags, rest } = mountFlags(request);
  const outcome = kernel.system('mount', (sys) => {
    sys.mkdir(NODE);
    const args = encodeMountArgs(sys, file.type, linkDevice(sys, file.name, ImageKernel.blockDevice), rest);
    sys.mount(file.type, NODE, flags, args.data, args.length);
    args.free();
  });
  if (outcome === undefined) return;
  const lines = [mountFault(file, outcome, request.writable), ...kernel.said.map((line) => `  ${line}`)];
  throw new ImageError(lines.join('\n'));
}

/** A name in /dev, now the current directory, for the device that tells the image: for df(1) and for messages. */
export function linkDevice(sys: Librump, image: string, device: string): string {
  const name = basename(image);
  try {
    sys.chdir('/dev');
    sys.symlink(device, name);
    return name;
  } catch (error) {
    if (error instanceof SyscallError) return device;
    throw error;
  }
}

function mountFlags(request: ImageRequest): { flags: number; rest: Map<string, string> } {
  let flags = request.writable ? 0 : MNT_RDONLY;
  const rest = new Map<string, string>();
  for (const word of request.options) {
    const flag = FLAG_WORDS.find(([name]) => name === word);
    if (flag !== undefined) flags |= flag[1];
    else rest.set(word.replace(/=.*/, ''), word.replace(/^[^=]*=?/, ''));
  }
  return { flags, rest };
}

function mountFault(file: ImageFile, error: SyscallError, writable: boolean): string {
  const { name, type } = file;
  switch (error.code) {
    case 'ENODEV':
      return `${name}: this kernel has no file system of type ${type}`;
    case 'EROFS':
      if (writable) return `${name}: a file system of type ${type} that can only be read`;
      break;
    case 'EINVAL':
    case 'EFTYPE':
    case 'EIO':
      return `${name}: damaged, or no file system of type ${type}: ${error.message} (\`rumpus fsck\` checks it)`;
  }
  return `${name}: cannot be mounted as ${type}: ${error.message}`;
}

/** Everything on the medium, or an error: the exit status must not say 0 for what was not written. */
function unmountImage(kernel: ImageKernel, file: ImageFile): void {
  const outcome = kernel.system('umount', (sys) => {
    sys.sync();
    sys.unmount(NODE, 0);
  });
  if (outcome !== undefined) throw new ImageError(`${file.name}: not everything could be written: ${outcome.message}`);
  kernel.sync();
}
