// SPDX-License-Identifier: BSD-2-Clause
/** `rumpus --threads 0 -c SCRIPT`: kernel and shell in this one thread. */
import fs from 'node:fs';
import { KernelExit } from '../hypercall-js/host_kernel.ts';
import { H_STATE, KS_PANICKED } from '../hypercall-js/mailbox.ts';
import { runAnyProgram } from '../userland/run_tool.ts';
import { type InlineRun, runInline } from '../workers/inline_programs.ts';
import { LocalKernel } from '../workers/local_kernel.ts';
import { type Arguments, CommandLineError } from './arguments.ts';
import { diskFile } from './disk_file.ts';
import { BrokenPipe, writeStream } from './host_stream.ts';
import { readKernel } from './kernel_file.ts';

export async function runInlineShell(options: Arguments): Promise<number> {
  if (options.script === undefined)
    throw new CommandLineError('--threads 0 has no interactive shell; give it a script with -c');
  const kernel = LocalKernel.boot({
    kernel: readKernel(options.kernel),
    memoryBytes: options.memoryBytes,
    params: options.verbose ? { RUMP_VERBOSE: '1' } : {},
    onConsole: (bytes) => {
      if (options.verbose) fs.writeSync(2, bytes);
    },
    onLine: (line, bytes) => writeOrEnd(line === 0 ? 1 : 2, bytes),
    ...(options.trace ? { onTrace: (line: string) => void fs.writeSync(2, `${line}\n`) } : {}),
  });
  for (const disk of options.disks) {
    const { path, release } = await diskFile(disk);
    const errno = kernel.attachFile(disk.name, path, disk.readOnly);
    release();
    if (errno !== 0) throw new Error(`${disk.path}: cannot be attached as ${disk.name}: errno ${errno}`);
  }
  const env = { PATH: '/bin:/sbin:/usr/bin:/usr/sbin', HOME: '/', USER: 'root', LOGNAME: 'root', SHELL: '/bin/sh' };
  const result = runOrPanic(kernel, {
    argv: ['sh', '-c', options.script],
    env,
    control: () => ({ ok: false, errno: 45, message: 'not without threads' }),
  });
  if (result === undefined || kernel.host.words[H_STATE] === KS_PANICKED) {
    process.stderr.write(`rumpus: kernel panic in ${kernel.host.panicText().replaceAll('\n', '\n    ')}\n`);
    return 70;
  }
  kernel.halt();
  return typeof result === 'number' ? result : 128 + result.signal;
}

/** Nobody reads any more: end as of SIGPIPE. */
function writeOrEnd(fd: number, bytes: Uint8Array): void {
  try {
    writeStream(fd, bytes);
  } catch (error) {
    if (error instanceof BrokenPipe) process.exit(141);
    throw error;
  }
}

/** Undefined when the kernel ended under the program. */
function runOrPanic(kernel: LocalKernel, run: InlineRun): ReturnType<typeof runInline> | undefined {
  try {
    return runInline(kernel, runAnyProgram, run);
  } catch (error) {
    if (error instanceof KernelExit || error instanceof WebAssembly.RuntimeError) return undefined;
    throw error;
  }
}
