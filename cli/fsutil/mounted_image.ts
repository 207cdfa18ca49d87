// SPDX-License-Identifier: BSD-2-Clause
/**
 * An image in a kernel of its own, in this thread, without root or mount on the host. The program runs with the root of the
 * image as its root directory. A writer holds the lock of the image from before the mount until the medium has everything;
 * until then writes only keep their order, so that a process that is killed leaves what a power cut would.
 */
import fs from 'node:fs';
import { basename } from 'node:path';
import { KernelExit } from '../../hypercall-js/host_kernel.ts';
import type { ProgramStart, RunProgram } from '../../userland/abi.ts';
import { FLAG_WORDS } from '../../userland/lib/mount_options.ts';
import { MNT_RDONLY } from '../../userland/librump/constants.gen.ts';
import { Librump } from '../../userland/librump/librump.ts';
import { encodeMountArgs } from '../../userland/librump/mount_args.ts';
import { SyscallError } from '../../userland/librump/syscall_error.ts';
import { runProgram } from '../../userland/main.ts';
import { runInline } from '../../workers/inline_programs.ts';
import { LocalKernel } from '../../workers/local_kernel.ts';
import { writeStream } from '../host_stream.ts';
import { lockImage } from '../image_lock.ts';
import { readKernel } from '../kernel_file.ts';
import { withHostDescriptors } from './host_descriptors.ts';
import { ImageError } from './image_error.ts';
import { type ImageFile, openImage } from './image_file.ts';

const DISK = 'rd0';
const NODE = '/image';
const MEMORY_BYTES = 512 << 20;

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
 * @throws ImageError
 */
export function runInImage(request: ImageRequest, argv: readonly string[], body: RunProgram): number {
  const file = openImage(request.image, request);
  const release = request.writable ? lockImage(file.path) : () => undefined;
  const said: string[] = [];
  const kernel = boot(request, file, said);
  try {
    mountImage(kernel, file, request, said);
    for (const text of [file.warning, ...said]) if (text !== undefined) tell(file, text);
    const result = runInline(kernel, childrenAs(body), { argv, env: ENVIRONMENT, control });
    if (request.writable) unmountImage(kernel, file);
    return typeof result === 'number' ? result : 128 + result.signal;
  } catch (error) {
    throw asImageError(kernel, file, error);
  } finally {
    release();
  }
}

const ENVIRONMENT = { PATH: '/bin', HOME: '/', USER: 'root', LOGNAME: 'root' };
const control = (): { ok: false; errno: number; message: string } => ({
  ok: false,
  errno: 45,
  message: 'no host here',
});

/** The first program is `body`, in the image and with the streams of this process; what it starts are plain programs. */
function childrenAs(body: RunProgram): RunProgram {
  let first = true;
  return (start) => {
    if (!first) return runProgram(start);
    first = false;
    asClient(start, (sys) => {
      sys.chroot(NODE);
      sys.chdir('/');
    });
    return body({ ...start, kernel: withHostDescriptors(start.kernel) });
  };
}

function boot(request: ImageRequest, file: ImageFile, said: string[]): LocalKernel {
  const kernel = LocalKernel.boot({
    kernel: readKernel(request.kernel),
    memoryBytes: MEMORY_BYTES,
    syncAtEnd: true,
    onConsole: collectLines(said),
    onLine: (line, bytes) => writeStream(line === 0 ? 1 : 2, bytes),
  });
  said.length = 0;
  const errno = kernel.attachFile(DISK, file.path, !request.writable, file.range);
  if (errno !== 0) throw new ImageError(`${file.name}: cannot be attached (errno ${errno})`);
  return kernel;
}

/** What the kernel prints, a line each. */
function collectLines(lines: string[]): (bytes: Uint8Array) => void {
  let rest = '';
  return (bytes) => {
    const parts = (rest + Buffer.from(bytes).toString('latin1')).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.filter((line) => line.trim() !== ''));
  };
}

function mountImage(kernel: LocalKernel, file: ImageFile, request: ImageRequest, said: readonly string[]): void {
  const { flags, rest } = mountFlags(request);
  const outcome = inKernel(kernel, 'mount', (sys) => {
    sys.mkdir(NODE);
    const args = encodeMountArgs(sys, file.type, deviceName(sys, file), rest);
    sys.mount(file.type, NODE, flags, args.data, args.length);
    args.free();
  });
  if (outcome === undefined) return;
  throw new ImageError([mountFault(file, outcome, request.writable), ...said.map((line) => `  ${line}`)].join('\n'));
}

/** A name for the device that tells the image, for df(1) and for messages. */
function deviceName(sys: Librump, file: ImageFile): string {
  const device = `/dev/${DISK}`;
  const name = basename(file.name);
  try {
    sys.chdir('/');
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
      return `${name}: damaged, or no file system of type ${type}: ${error.message}`;
  }
  return `${name}: cannot be mounted as ${type}: ${error.message}`;
}

/** Everything on the medium, or an error: the exit status must not say 0 for what was not written. */
function unmountImage(kernel: LocalKernel, file: ImageFile): void {
  const outcome = inKernel(kernel, 'umount', (sys) => {
    sys.sync();
    sys.unmount(NODE, 0);
  });
  if (outcome !== undefined) throw new ImageError(`${file.name}: not everything could be written: ${outcome.message}`);
  kernel.detach(DISK);
  const fd = fs.openSync(file.path, 'r+');
  fs.fsyncSync(fd);
  fs.closeSync(fd);
}

/** System calls in a process of their own; the error of the one that failed. */
function inKernel(kernel: LocalKernel, name: string, body: (sys: Librump) => void): SyscallError | undefined {
  let outcome: SyscallError | undefined;
  const once = (start: ProgramStart): number => {
    try {
      asClient(start, body);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      outcome = error;
    }
    return 0;
  };
  runInline(kernel, once, { argv: [name], env: {}, control });
  return outcome;
}

function asClient(start: ProgramStart, body: (sys: Librump) => void): void {
  const sys = new Librump(start.kernel, start.host);
  try {
    body(sys);
  } finally {
    sys.dispose();
  }
}

function tell(file: ImageFile, text: string): void {
  process.stderr.write(`rumpus: ${file.name}: ${text}\n`);
}

/** A kernel that ended under the program: say how, with the image to blame. */
function asImageError(kernel: LocalKernel, file: ImageFile, error: unknown): unknown {
  if (!(error instanceof KernelExit) && !(error instanceof WebAssembly.RuntimeError)) return error;
  return new ImageError(`${file.name}: kernel panic in ${kernel.host.panicText().trim().replaceAll('\n', '\n    ')}`);
}
