// SPDX-License-Identifier: BSD-2-Clause
/**
 * Programs on a kernel without threads: a child runs to its end inside spawn(), in the caller's thread. Pipelines work as far
 * as the kernel's pipe holds what the left side writes; nothing runs in the background.
 */
import type { ProcessEvent, ProgramHost, RunProgram } from '../userland/abi.ts';
import { O_RDWR, RUMP_RFCFDG, SYS_dup2, SYS_getpid, SYS_ioctl, SYS_open, syscall, withPath } from './kernel_calls.ts';
import type { LocalKernel } from './local_kernel.ts';

/** TIOCGETA, TIOCSETA: struct termios of 44 bytes, c_oflag at 4. */
const TIOCGETA = 0x402c7413;
const TIOCSETA = 0x802c7414;
const OPOST = 1;

export interface InlineRun {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly control: ProgramHost['control'];
}

/** Run a program with output on /dev/console and errors on /dev/ttyE0, both without output processing. */
export function runInline(kernel: LocalKernel, runProgram: RunProgram, run: InlineRun): ReturnType<RunProgram> {
  kernel.call('rump_pub_lwproc_rfork', [RUMP_RFCFDG]);
  const pid = syscall(kernel.host, kernel.loaded.exports, SYS_getpid, []).value;
  openOn(kernel, '/dev/null', 0);
  openOn(kernel, '/dev/console', 1);
  openOn(kernel, '/dev/ttyE0', 2);
  const result = runProgram({
    kernel: kernel.instance,
    host: inlineHost(kernel, runProgram, run.control),
    pid,
    argv: run.argv,
    env: run.env,
  });
  kernel.call('rump_pub_lwproc_releaselwp', []);
  return result;
}

function openOn(kernel: LocalKernel, path: string, fd: number): void {
  const { host, loaded } = kernel;
  const opened = withPath(host, path, (ptr) => syscall(host, loaded.exports, SYS_open, [ptr, O_RDWR, 0]));
  if (opened.errno !== 0) {
    syscall(host, loaded.exports, SYS_dup2, [1, fd]);
    return;
  }
  const termios = host.heap.alloc(64, 16);
  if (syscall(host, loaded.exports, SYS_ioctl, [fd, TIOCGETA, termios]).errno === 0) {
    host.memory.setI32(termios + 4, host.memory.getI32(termios + 4) & ~OPOST);
    syscall(host, loaded.exports, SYS_ioctl, [fd, TIOCSETA | 0, termios]);
  }
  host.heap.free(termios);
}

function inlineHost(kernel: LocalKernel, runProgram: RunProgram, control: ProgramHost['control']): ProgramHost {
  const events: ProcessEvent[] = [];
  return {
    signalFlag: new Int32Array(new SharedArrayBuffer(4)),
    spawn(request): void {
      const parent = Number(kernel.call('rump_pub_lwproc_curlwp', []));
      kernel.call('rump_pub_lwproc_switch', [request.lwp]);
      const result = runProgram({
        kernel: kernel.instance,
        host: inlineHost(kernel, runProgram, control),
        pid: request.pid,
        argv: request.argv,
        env: request.env,
        ...(request.state === undefined ? {} : { state: request.state }),
      });
      kernel.call('rump_pub_lwproc_releaselwp', []);
      kernel.call('rump_pub_lwproc_switch', [parent]);
      events.push(
        typeof result === 'number'
          ? { pid: request.pid, kind: 'exited', status: result }
          : { pid: request.pid, kind: 'signaled', signal: result.signal },
      );
    },
    wait(pid): ProcessEvent | undefined {
      const at = events.findIndex((event) => pid <= 0 || event.pid === pid);
      return at < 0 ? undefined : events.splice(at, 1)[0];
    },
    takeSignals: () => [],
    stopSelf: () => undefined,
    control,
    now: () => kernel.host.services.monotonicMs(),
  };
}
