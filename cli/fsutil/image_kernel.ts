// SPDX-License-Identifier: BSD-2-Clause
/**
 * A kernel of its own for one image, in this thread, with the image as /dev/rd0. Who writes holds the lock of the image until
 * finish(); until then writes only keep their order, so that a process that is killed leaves what a power cut would.
 */
import fs from 'node:fs';
import { KernelExit } from '../../hypercall-js/host_kernel.ts';
import type { ProgramStart, RunProgram } from '../../userland/abi.ts';
import { Librump } from '../../userland/librump/librump.ts';
import { SyscallError } from '../../userland/librump/syscall_error.ts';
import { runInline } from '../../workers/inline_programs.ts';
import { LocalKernel } from '../../workers/local_kernel.ts';
import { writeStream } from '../host_stream.ts';
import { lockImage } from '../image_lock.ts';
import { readKernel } from '../kernel_file.ts';
import { withHostDescriptors } from './host_descriptors.ts';
import { ImageError } from './image_error.ts';
import type { ImagePlace } from './image_file.ts';

const DISK = 'rd0';
const MEMORY_BYTES = 512 << 20;
const ENVIRONMENT = { PATH: '/bin:/sbin:/usr/bin:/usr/sbin', HOME: '/', USER: 'root', LOGNAME: 'root' };
const control = (): { ok: false; errno: number; message: string } => ({
  ok: false,
  errno: 45,
  message: 'no host here',
});

export class ImageKernel {
  static readonly blockDevice = `/dev/${DISK}`;
  static readonly rawDevice = `/dev/r${DISK}`;
  /** What the kernel printed since the boot, a line each. */
  readonly said: string[] = [];
  private readonly kernel: LocalKernel;
  private readonly release: () => void;

  /** @throws ImageError, ImageLocked */
  constructor(
    private readonly image: ImagePlace,
    private readonly writable: boolean,
    kernelFile: string | undefined,
  ) {
    this.release = writable ? lockImage(image.path) : () => undefined;
    this.kernel = LocalKernel.boot({
      kernel: readKernel(kernelFile),
      memoryBytes: MEMORY_BYTES,
      syncAtEnd: true,
      onConsole: collectLines(this.said),
      onLine: (line, bytes) => writeStream(line === 0 ? 1 : 2, bytes),
    });
    this.said.length = 0;
    const errno = this.kernel.attachFile(DISK, image.path, !writable, image.range);
    if (errno !== 0) throw new ImageError(`${image.name}: cannot be attached (errno ${errno})`);
  }

  /**
   * A program with the standard streams of this process, once `prepare` has put its process in place. What it starts are
   * plain programs on the console, run by `children`. @returns its exit status, or 128 + signal
   */
  run(argv: readonly string[], body: RunProgram, children: RunProgram, prepare: (sys: Librump) => void): number {
    let first = true;
    const result = this.inline(argv, (start) => {
      if (!first) return children(start);
      first = false;
      asClient(start, prepare);
      return body({ ...start, kernel: withHostDescriptors(start.kernel) });
    });
    return typeof result === 'number' ? result : 128 + result.signal;
  }

  /** System calls in a process of their own; the error of the one that failed. */
  system(name: string, body: (sys: Librump) => void): SyscallError | undefined {
    let outcome: SyscallError | undefined;
    this.inline([name], (start) => {
      try {
        asClient(start, body);
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error;
        outcome = error;
      }
      return 0;
    });
    return outcome;
  }

  /** Everything written is on the medium. */
  sync(): void {
    if (!this.writable) return;
    this.kernel.detach(DISK);
    const fd = fs.openSync(this.image.path, 'r+');
    fs.fsyncSync(fd);
    fs.closeSync(fd);
  }

  close(): void {
    this.release();
  }

  /** A kernel that ended under the program: say how, with the image to blame. */
  private inline(argv: readonly string[], body: RunProgram): ReturnType<RunProgram> {
    try {
      return runInline(this.kernel, body, { argv, env: ENVIRONMENT, control });
    } catch (error) {
      if (!(error instanceof KernelExit) && !(error instanceof WebAssembly.RuntimeError)) throw error;
      const text = this.kernel.host.panicText().trim().replaceAll('\n', '\n    ');
      throw new ImageError(`${this.image.name}: kernel panic in ${text}`);
    }
  }
}

function asClient(start: ProgramStart, body: (sys: Librump) => void): void {
  const sys = new Librump(start.kernel, start.host);
  try {
    body(sys);
  } finally {
    sys.dispose();
  }
}

function collectLines(lines: string[]): (bytes: Uint8Array) => void {
  let rest = '';
  return (bytes) => {
    const parts = (rest + Buffer.from(bytes).toString('latin1')).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.filter((line) => line.trim() !== ''));
  };
}
