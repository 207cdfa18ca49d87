// SPDX-License-Identifier: BSD-2-Clause
/**
 * A kernel host without a kernel, for component tests and for working on the looks (`?host=fake` in the dev server).
 * Never part of a build's default path: main.ts imports it only in development.
 */
import { fileView } from './images/image_view';
import type { DiskRequest, KernelHandle, KernelHost, KernelOptions, KernelTerminal, SessionEnd } from './kernel_api';

const MESSAGES = [
  'Rumpus 0.1 (fake): no kernel runs here',
  'total memory = 64 MiB',
  'timecounter: Timecounters tick every 10.000 msec',
  'cpu0: fake',
  'cpu1: fake',
  'root file system type: rumpfs',
];

export interface FakeKernel extends KernelHandle {
  readonly attached: Map<string, DiskRequest>;
  readonly open: Set<KernelTerminal>;
  panic(message: string): void;
}

function fakeTerminal(onClose: (terminal: KernelTerminal) => void): KernelTerminal {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  let emit: (bytes: Uint8Array) => void | Promise<void> = () => undefined;
  let ended: (end: SessionEnd) => void = () => undefined;
  let line = '';
  const say = (text: string): void => void emit(encoder.encode(text));
  const runLine = (): void => {
    const command = line;
    line = '';
    if (command === 'exit') ended({ status: 0, signal: undefined });
    else say(`\r\n${command ? `fake: ${command}\r\n` : ''}# `);
  };
  const typed = (char: string): void => {
    if (char === '\r') runLine();
    else if (char === '\x03') {
      line = '';
      say('^C\r\n# ');
    } else {
      line += char;
      say(char);
    }
  };
  const terminal: KernelTerminal = {
    write: (bytes) => [...decoder.decode(bytes)].forEach(typed),
    onData: (listener) => {
      emit = listener;
      queueMicrotask(() => say('Welcome. Type \x1b[1mhelp\x1b[0m for help.\r\n# '));
    },
    resize: () => undefined,
    onExit: (listener) => {
      ended = listener;
    },
    close: async () => onClose(terminal),
  };
  return terminal;
}

export function fakeKernelHost(made?: (kernel: FakeKernel) => void): KernelHost {
  return {
    inspect: () => ({ missingImports: [], missingExports: [], can: { boot: true, shell: true, symbols: [] } }),
    boot: async (options: KernelOptions) => {
      const encoder = new TextEncoder();
      for (const message of MESSAGES) options.onConsole(encoder.encode(`${message}\n`));
      const open = new Set<KernelTerminal>();
      const attached = new Map<string, DiskRequest>();
      const kernel: FakeKernel = {
        attached,
        open,
        attachDisk: async (request) => void attached.set(request.name, request),
        detachDisk: async (name) => void attached.delete(name),
        wedges: async () => [],
        snapshotDisk: async () => undefined,
        viewDisk: async () => fileView(new Blob([new Uint8Array(65536)])),
        openTerminal: async () => {
          const terminal = fakeTerminal((gone) => open.delete(gone));
          open.add(terminal);
          return terminal;
        },
        stats: async () => ({
          memoryUsed: 5_400_000,
          memorySize: 67_108_864,
          hypercalls: 0,
          processes: open.size,
          workers: 6,
        }),
        halt: async () => undefined,
        dispose: () => open.clear(),
        panic: (message) =>
          options.onPanic({
            message,
            thread: 'pid 3 lid 1 (ls)',
            backtrace: ['vfs_lookup', 'sys_open', 'rump_syscall'],
          }),
      };
      made?.(kernel);
      return kernel;
    },
  };
}
