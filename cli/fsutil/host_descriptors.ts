// SPDX-License-Identifier: BSD-2-Clause
/**
 * Descriptors 0, 1 and 2 of a program are the standard streams of this process, not the kernel's: reads and writes of them
 * leave on the way into the kernel, so that output to a pipe is bytes and output to a terminal is columns.
 */
import { isatty } from 'node:tty';
import type { KernelInstance } from '../../userland/abi.ts';
import { TIOCGETA, TIOCGWINSZ } from '../../userland/librump/constants.gen.ts';
import { EIO, ENOTTY } from '../../userland/librump/errno.gen.ts';
import { ProgramEnd } from '../../userland/librump/program_end.ts';
import { SYS_ioctl, SYS_read, SYS_write } from '../../userland/librump/syscalls.gen.ts';
import { BrokenPipe, readStream, writeStream } from '../host_stream.ts';

const SIGPIPE = 13;

/** The same kernel for a program whose standard streams are those of this process. */
export function withHostDescriptors(kernel: KernelInstance): KernelInstance {
  const enter = kernel.exports['rump_syscall'] as KernelInstance['exports'][string];
  const { view } = kernel;
  const rump_syscall: KernelInstance['exports'][string] = (number, block, length, result) => {
    const at = Number(block);
    const fd = number === SYS_read || number === SYS_write || number === SYS_ioctl ? view.getInt32(at, true) : -1;
    if (fd < 0 || fd > 2) return enter(number as number, at, length as number, result as number);
    const second = view.getUint32(at + 4, true);
    const third = view.getUint32(at + 8, true);
    if (number === SYS_ioctl)
      return terminal(view, fd, second, third) ?? enter(number, at, length as number, result as number);
    const { errno, value } = transfer(number === SYS_write, fd, kernel.u8.subarray(second, second + third));
    view.setInt32(Number(result), value, true);
    return errno;
  };
  return { ...kernel, exports: { ...kernel.exports, rump_syscall } };
}

/** @throws ProgramEnd by SIGPIPE when nobody reads any more */
function transfer(write: boolean, fd: number, bytes: Uint8Array): { errno: number; value: number } {
  try {
    if (!write) return { errno: 0, value: readStream(fd, bytes) };
    writeStream(fd, bytes);
    return { errno: 0, value: bytes.length };
  } catch (error) {
    if (error instanceof BrokenPipe) throw new ProgramEnd(1, SIGPIPE);
    return { errno: EIO, value: 0 };
  }
}

/** Is it a terminal, and how large; undefined leaves the rest of the answer to the kernel's console. */
function terminal(view: DataView, fd: number, command: number, data: number): number | undefined {
  if (!isatty(fd)) return ENOTTY;
  if (command === TIOCGETA) return undefined;
  if (command !== TIOCGWINSZ) return ENOTTY;
  const stream = fd === 2 ? process.stderr : process.stdout;
  view.setUint16(data, stream.rows ?? 24, true);
  view.setUint16(data + 2, stream.columns ?? 80, true);
  return 0;
}
